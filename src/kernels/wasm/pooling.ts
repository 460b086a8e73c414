/** Owns calling the kernels of max pooling on the wasm backend's tensors: assembly/pooling.as.ts has the arithmetic. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { NOWHERE, partsFor, runTask } from './task.ts';
import { addressOf, Layout, outputOf, putNumbers, withWorkspace } from './workspace.ts';

/** What tfjs' own kernels are told. */
export interface PoolAttrs {
  readonly filterSize: readonly [number, number] | number;
  readonly strides: readonly [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Operations in whose time a position of a window is read. */
const READING = 6;

/** Sizes in the order of the kernels' Geometry. */
const geometryOf = (info: tf.backend_util.Conv2DInfo): readonly number[] => [
  ...[info.inHeight, info.inWidth, info.outHeight, info.outWidth, info.filterHeight, info.filterWidth],
  ...[info.strideHeight, info.strideWidth, 1, 1, info.padInfo.top, info.padInfo.left],
];

/** What is told of a pool over a shape `[pictures, height, width, channels]`; its operations are those of one picture. */
export function poolOf(shape: readonly number[], attrs: PoolAttrs) {
  const info = infoOf({ shape: [...shape] }, attrs);
  const geometry = geometryOf(info);
  return { geometry, channels: info.inChannels, operations: operationsOf(info) / info.batchSize };
}

const operationsOf = (info: tf.backend_util.Conv2DInfo): number =>
  tf.util.sizeFromShape(info.outShape) * info.filterHeight * info.filterWidth * READING;

function infoOf({ shape }: Pick<tf.TensorInfo, 'shape'>, attrs: PoolAttrs): tf.backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  type Sides = [number, number] | number;
  return tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize as Sides,
    strides as Sides,
    1,
    pad,
    dimRoundingMode,
  );
}

/** `[batch, outHeight, outWidth, channels]`, the largest of each window; null for other numbers than float32. */
export function maxPool(wasm: BackendWasm, x: tf.TensorInfo, attrs: PoolAttrs): tf.TensorInfo | null {
  if (x.dtype !== 'float32') return null;
  const info = infoOf(x, attrs);
  const out = outputOf(wasm, info.outShape);
  run(wasm, 'maxPool', info, { x: addressOf(wasm, x), out: addressOf(wasm, out), other: 0, bias: 0 });
  return out;
}

/** The gradient by its input: what comes back for a window goes to its first largest value. */
export function maxPoolGrad(
  wasm: BackendWasm,
  { dy, input, output }: Record<'dy' | 'input' | 'output', tf.TensorInfo>,
  attrs: PoolAttrs,
): tf.TensorInfo {
  const out = outputOf(wasm, input.shape);
  const [x, bias, other] = [input, output, dy].map((each) => addressOf(wasm, each)) as [
    number,
    number,
    number,
  ];
  run(wasm, 'maxPoolGrad', infoOf(input, attrs), { x, bias, other, out: addressOf(wasm, out) });
  return out;
}

function run(
  wasm: BackendWasm,
  kind: 'maxPool' | 'maxPoolGrad',
  info: tf.backend_util.Conv2DInfo,
  places: Record<'x' | 'bias' | 'other' | 'out', number>,
): void {
  const geometry = geometryOf(info);
  const layout = new Layout();
  layout.values(geometry.length);
  withWorkspace(wasm, layout, (start) => {
    putNumbers(wasm, start, geometry);
    runTask(wasm, {
      ...{ ...NOWHERE, kind, ...places, geometry: start, low: -Infinity, high: Infinity },
      ...{ pictures: info.batchSize, channels: info.inChannels, outChannels: info.outChannels },
      parts: partsFor(wasm, operationsOf(info)),
    });
  });
}
