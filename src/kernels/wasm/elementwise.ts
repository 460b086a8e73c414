/** Owns calling the kernels that take each value by itself on the wasm backend's tensors: swish, sums and products on all threads, dropout. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { purposeKey } from '../../lib/random.ts';
import type { MienKernels } from '../signatures.ts';
import { heapOf, kernelsOf } from './module.ts';
import { runLoop, type Loop } from './task.ts';
import { addressOf, Layout, withWorkspace } from './workspace.ts';

/** Numbers of the kernels' Draws: five of a key, and words that are drawn. */
const [KEY, WORDS] = [5, 16];
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

function byLoop(
  wasm: BackendWasm,
  kind: Loop['kind'],
  { x, dy }: { readonly x: TensorInfo; readonly dy?: TensorInfo },
  outShape = x.shape,
  rows?: Rows,
): TensorInfo {
  const out = wasm.makeOutput(outShape, 'float32');
  const places = { x: addressOf(wasm, x), out: addressOf(wasm, out), count: sizeOf(x) };
  const more = dy === undefined ? {} : { dy: addressOf(wasm, dy) };
  runLoop(wasm, { kind, ...places, ...more, ...(rows !== undefined && { shape: rows }) });
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
  return byLoop(wasm, 'scaleChannels', { x, dy: gate }, x.shape, rowsOf(x));
}

/** @see MienKernels.MienGateGrad */
export function gateGrad(wasm: BackendWasm, { x, dy }: MienKernels['MienGateGrad']['inputs']): TensorInfo {
  const { pictures, channels } = rowsOf(x);
  return byLoop(wasm, 'gateGrad', { x, dy }, [pictures, 1, 1, channels], rowsOf(x));
}

/** `[pictures, 1, 1, channels]`, or without the ones: the sum over the positions of each picture. */
export function globalSum(wasm: BackendWasm, x: TensorInfo, keepDims: boolean): TensorInfo {
  const { pictures, channels } = rowsOf(x);
  const shape = keepDims ? [pictures, 1, 1, channels] : [pictures, channels];
  return byLoop(wasm, 'globalSum', { x }, shape, rowsOf(x));
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
  const out = wasm.makeOutput(x.shape, 'float32');
  const layout = new Layout();
  const drawsAt = layout.values(KEY + WORDS);
  withWorkspace(wasm, layout, (start) => {
    const draws = start + drawsAt;
    heapOf(wasm).ints.set([seed, purposeKey(purpose), ...numbers], draws / 4);
    const [from, to, count] = [addressOf(wasm, x), addressOf(wasm, out), sizeOf(x)];
    const limit = Math.min(LARGEST_WORD, Math.ceil(rate * 2 ** 32));
    kernelsOf(wasm).dropout(draws, from, to, count, valuesPerDraw, limit, 1 / (1 - rate));
  });
  return out;
}
