/**
 * Owns calling the kernels of convolutions on the wasm backend's tensors: a pass forward, and the gradients by input and
 * by filter, each for filters over all channels and for one a channel. assembly/ has the arithmetic.
 *
 * **By the input.** What each output took with weight w it now gives back with weight w: a convolution of dY with the filter
 * turned by half a circle and its two channel axes exchanged. Where the forward stride was s, each value of dY stands for s
 * positions of which the others have none. An output at p reached the inputs p - padding to p - padding + side - 1, so the
 * padding is side - 1 less the forward one.
 *
 * One thread, `npm run bench -- --only kernels`.
 */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { kernelsOf } from './module.ts';
import { addressOf, Layout, withWorkspace } from './workspace.ts';

/** What tfjs works out of a convolution's shapes, strides and padding. */
export type ConvInfo = tf.backend_util.Conv2DInfo & {
  /** Whether each channel has a filter of its own, one alone. */
  readonly isDepthwise: boolean;
};

/** What a value is held between when it comes out: an activation. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** All numbers. */
export const UNBOUNDED: Bounds = { low: -Infinity, high: Infinity };

/** Numbers of the geometry; channels are filled up to as many. */
const GEOMETRY = 12;
const PANEL = 8;

const filledUp = (channels: number): number => Math.ceil(channels / PANEL) * PANEL;

/** Sizes in the order of the kernels' Geometry. */
const forward = (info: ConvInfo): readonly number[] => [
  ...[info.inHeight, info.inWidth, info.outHeight, info.outWidth, info.filterHeight, info.filterWidth],
  ...[info.strideHeight, info.strideWidth, 1, 1, info.padInfo.top, info.padInfo.left],
];

/** The convolution of the gradient that makes the one by the input. */
const backward = (info: ConvInfo): readonly number[] => [
  ...[info.outHeight, info.outWidth, info.inHeight, info.inWidth, info.filterHeight, info.filterWidth],
  ...[1, 1, info.strideHeight, info.strideWidth],
  ...[info.filterHeight - 1 - info.padInfo.top, info.filterWidth - 1 - info.padInfo.left],
];

/** One convolution of `from`, forward or back, as the kernels take it. */
interface Call {
  readonly geometry: readonly number[];
  readonly isDepthwise: boolean;
  readonly isBackward: boolean;
  readonly from: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias?: tf.TensorInfo | undefined;
  readonly bounds: Bounds;
  /** Channels of the filter, as it lies. */
  readonly filterChannels: readonly [inputs: number, outputs: number];
  readonly outShape: number[];
}

/** `[batch, outHeight, outWidth, outChannels]`: the convolution with its bias, held between bounds. */
export function convolve(
  wasm: BackendWasm,
  inputs: { x: tf.TensorInfo; filter: tf.TensorInfo; bias?: tf.TensorInfo | undefined },
  info: ConvInfo,
  bounds: Bounds,
): tf.TensorInfo {
  return run(wasm, {
    geometry: forward(info),
    isDepthwise: info.isDepthwise,
    isBackward: false,
    from: inputs.x,
    filter: inputs.filter,
    bias: inputs.bias,
    bounds,
    filterChannels: [info.inChannels, info.outChannels],
    outShape: info.outShape,
  });
}

/** `[batch, inHeight, inWidth, inChannels]`: the gradient by the input. */
export function inputGradient(
  wasm: BackendWasm,
  { dy, filter }: { dy: tf.TensorInfo; filter: tf.TensorInfo },
  info: ConvInfo,
): tf.TensorInfo {
  return run(wasm, {
    geometry: backward(info),
    isDepthwise: info.isDepthwise,
    isBackward: true,
    from: dy,
    filter,
    bounds: UNBOUNDED,
    filterChannels: [info.inChannels, info.outChannels],
    outShape: info.inShape,
  });
}

function run(wasm: BackendWasm, call: Call): tf.TensorInfo {
  const { from, filter, bias, bounds, isBackward, outShape } = call;
  const kernels = kernelsOf(wasm);
  const out = wasm.makeOutput(outShape, 'float32');
  const [channels = 1] = from.shape.slice(-1);
  const [outChannels = 1] = outShape.slice(-1);
  const positions = tf.util.sizeFromShape(outShape) / outChannels;
  const [, , , , filterHeight = 1, filterWidth = 1] = call.geometry;
  const taps = filterHeight * filterWidth;
  const layout = new Layout();
  const geometryAt = layout.values(GEOMETRY);
  const biasAt = layout.values(filledUp(outChannels));
  const zeroAt = layout.values(channels);
  const [listBytes, edgeBytes, filterValues] = call.isDepthwise
    ? [kernels.depthwiseListBytes(taps), filledUp(channels) * 4, isBackward ? taps * channels : 0]
    : [kernels.listBytes(taps, channels), kernels.edgeBytes(taps, channels), taps * channels * filledUp(outChannels)];
  const [listAt, edgeAt, filterAt] = [layout.bytes(listBytes), layout.bytes(edgeBytes), layout.values(filterValues)];
  withWorkspace(wasm, layout, (start) => {
    const { buffer } = wasm.typedArrayFromHeap(out);
    new Int32Array(buffer, start + geometryAt, GEOMETRY).set(call.geometry);
    new Float32Array(buffer, start + biasAt, (listAt - biasAt) / 4).fill(0);
    if (bias !== undefined) {
      new Float32Array(buffer, start + biasAt, outChannels).set(wasm.typedArrayFromHeap(bias) as Float32Array);
    }
    const [x, y, given] = [from, out, filter].map((tensor) => addressOf(wasm, tensor)) as [number, number, number];
    const rooms = [bounds.low, bounds.high, start + listAt, start + zeroAt, start + edgeAt] as const;
    if (call.isDepthwise) {
      if (isBackward) kernels.turnDepthwise(given, start + filterAt, taps, channels);
      const weights = isBackward ? start + filterAt : given;
      kernels.depthwise(start + geometryAt, x, weights, start + biasAt, y, outShape[0]!, channels, ...rooms);
    } else {
      const pack = isBackward ? kernels.packBackward : kernels.packForward;
      pack(given, start + filterAt, taps, ...call.filterChannels);
      kernels.convolution(start + geometryAt, x, start + filterAt, start + biasAt, y, positions, channels, outChannels, ...rooms);
    }
  });
  return out;
}

/** The gradient by the filter, in its shape. */
export function filterGradient(
  wasm: BackendWasm,
  { x, dy }: { x: tf.TensorInfo; dy: tf.TensorInfo },
  info: ConvInfo,
): tf.TensorInfo {
  const kernels = kernelsOf(wasm);
  const out = wasm.makeOutput(info.filterShape, 'float32');
  const { inChannels, outChannels, batchSize, outHeight, outWidth } = info;
  const layout = new Layout();
  const geometryAt = layout.values(GEOMETRY);
  const zeroAt = layout.values(inChannels);
  const roomAt = layout.bytes(
    info.isDepthwise
      ? kernels.depthwiseListBytes(info.filterHeight * info.filterWidth)
      : kernels.filterGradientBytes(info.filterHeight * info.filterWidth, inChannels, outChannels),
  );
  withWorkspace(wasm, layout, (start) => {
    const { buffer } = wasm.typedArrayFromHeap(out);
    new Int32Array(buffer, start + geometryAt, GEOMETRY).set(forward(info));
    new Float32Array(buffer, start + zeroAt, (roomAt - zeroAt) / 4).fill(0);
    const addresses = [x, dy, out].map((tensor) => addressOf(wasm, tensor)) as [number, number, number];
    const positions = batchSize * outHeight * outWidth;
    const [geometry, zero, room] = [start + geometryAt, start + zeroAt, start + roomAt];
    if (info.isDepthwise) kernels.depthwiseFilterGradient(geometry, ...addresses, positions, inChannels, room);
    else kernels.filterGradient(geometry, ...addresses, positions, inChannels, outChannels, room, zero);
  });
  return out;
}
