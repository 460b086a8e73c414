/**
 * Owns calling the kernels that take each value by itself on the wasm backend's tensors: activations, sums and products on all
 * threads, dropout.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { purposeKey } from '../../lib/random.ts';
import type { MienKernels } from '../signatures.ts';
import { runAlone, runLoop, type Loop } from './loops.ts';
import { addressOf, Layout, outputOf, putNumbers, withWorkspace } from './workspace.ts';

/** Numbers of the kernels' Draws: five of a key, and words that are drawn. */
const [KEY, WORDS] = [5, 16];
/** Which of a key's is the step's. */
const STEP_AT = 3;
/** Draws are of 32 bits. */
const LARGEST_WORD = 2 ** 32 - 1;

type Rows = NonNullable<Loop['shape']>;

const sizeOf = ({ shape }: TensorInfo): number => shape.reduce((product, side) => product * side, 1);

/** @see MienKernels.MienSwish */
export function swish(wasm: BackendWasm, { x }: MienKernels['MienSwish']['inputs']): TensorInfo {
  return byLoop(wasm, 'swish', { x });
}

/** @see MienKernels.MienSwishGrad */
export function swishGrad(wasm: BackendWasm, { dy, x }: MienKernels['MienSwishGrad']['inputs']): TensorInfo {
  return byLoop(wasm, 'swishGrad', { x, dy });
}

/** @see MienKernels.MienSigmoidGrad */
export function sigmoidGrad(
  wasm: BackendWasm,
  { dy, y }: MienKernels['MienSigmoidGrad']['inputs'],
): TensorInfo {
  return byLoop(wasm, 'sigmoidGrad', { x: y, dy });
}

/** tfjs' activations that are computed here: of each its loop, and what it is held down to. */
export const ACTIVATIONS = {
  Sigmoid: ['sigmoid', Infinity],
  Relu: ['relu', Infinity],
  Relu6: ['relu', 6],
} as const;

/** An activation of every value; null for other numbers than float32, which are left to tfjs. */
export function activated(
  wasm: BackendWasm,
  name: keyof typeof ACTIVATIONS,
  x: TensorInfo,
): TensorInfo | null {
  if (x.dtype !== 'float32') return null;
  const [kind, ceiling] = ACTIVATIONS[name];
  return byLoop(wasm, kind, { x, ceiling });
}

/** Over the last axis; null for other numbers than float32, which are left to tfjs. */
export function softmax(wasm: BackendWasm, x: TensorInfo): TensorInfo | null {
  if (x.dtype !== 'float32') return null;
  const channels = x.shape.at(-1) ?? 1;
  return byLoop(wasm, 'softmax', { x, shape: { pictures: 1, rows: sizeOf(x) / channels, channels } });
}

function byLoop(
  wasm: BackendWasm,
  kind: Loop['kind'],
  { x, dy, ...more }: { readonly x: TensorInfo; readonly dy?: TensorInfo } & Pick<Loop, 'ceiling' | 'shape'>,
  outShape = x.shape,
): TensorInfo {
  const out = outputOf(wasm, outShape);
  const places = { x: addressOf(wasm, x), out: addressOf(wasm, out), count: sizeOf(x) };
  runLoop(wasm, { kind, ...places, ...more, ...(dy !== undefined && { dy: addressOf(wasm, dy) }) });
  return out;
}

/**
 * The sum or product of two tensors of one shape, or the product with one value a channel of each picture; null for any other
 * pair, which is left to tfjs.
 */
export function combined(
  wasm: BackendWasm,
  kind: 'add' | 'multiply',
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo | null {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return null;
  if (sameShape(a.shape, b.shape)) return byLoop(wasm, kind, { x: a, dy: b });
  if (kind === 'add') return null;
  const [x, gate] = a.shape.length === 4 && isGateOf(b.shape, a.shape) ? [a, b] : [b, a];
  if (!isGateOf(gate.shape, x.shape)) return null;
  return byLoop(wasm, 'scaleChannels', { x, dy: gate, shape: rowsOf(x) });
}

/** @see MienKernels.MienGateGrad */
export function gateGrad(wasm: BackendWasm, { x, dy }: MienKernels['MienGateGrad']['inputs']): TensorInfo {
  const shape = rowsOf(x);
  return byLoop(wasm, 'gateGrad', { x, dy, shape }, [shape.pictures, 1, 1, shape.channels]);
}

/** `[pictures, 1, 1, channels]`, or without the ones: the sum over the positions of each picture. */
export function globalSum(wasm: BackendWasm, x: TensorInfo, keepDims: boolean): TensorInfo {
  const shape = rowsOf(x);
  const { pictures, channels } = shape;
  const outShape = keepDims ? [pictures, 1, 1, channels] : [pictures, channels];
  return byLoop(wasm, 'globalSum', { x, shape }, outShape);
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((side, axis) => side === b[axis]);

/** Whether it is `[pictures, 1, 1, channels]` beside `[pictures, height, width, channels]`. */
function isGateOf(gate: readonly number[], [pictures, , , channels, ...more]: readonly number[]): boolean {
  return more.length === 0 && sameShape(gate, [pictures ?? -1, 1, 1, channels ?? -1]);
}

function rowsOf({ shape: [pictures = 1, height = 1, width = 1, channels = 1] }: TensorInfo): Rows {
  return { pictures, rows: height * width, channels };
}

/** @see MienKernels.MienDropout */
export function dropout(
  wasm: BackendWasm,
  { x }: MienKernels['MienDropout']['inputs'],
  { rate, valuesPerDraw, seed, purpose, numbers }: MienKernels['MienDropout']['attrs'],
): TensorInfo {
  const out = outputOf(wasm, x.shape);
  const layout = new Layout();
  const drawsAt = layout.values(KEY + WORDS);
  withWorkspace(wasm, layout, (start) => {
    const draws = start + drawsAt;
    const words = Array<number>(WORDS).fill(0);
    putNumbers(wasm, draws, [seed, purposeKey(purpose), ...numbers, ...words], STEP_AT);
    const limit = Math.min(LARGEST_WORD, Math.ceil(rate * 2 ** 32));
    runAlone(wasm, {
      ...{ kind: 'dropout', x: addressOf(wasm, x), other: draws, out: addressOf(wasm, out) },
      ...{ pictures: sizeOf(x), channels: valuesPerDraw, rows: limit, high: 1 / (1 - rate) },
    });
  });
  return out;
}
