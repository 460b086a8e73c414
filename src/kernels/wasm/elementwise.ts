/** Owns calling the kernels that take each value by itself on the wasm backend's tensors: swish and its gradient on all threads, dropout. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { purposeKey } from '../../lib/random.ts';
import type { MienKernels } from '../signatures.ts';
import { kernelsOf } from './module.ts';
import { runLoop } from './task.ts';
import { addressOf, Layout, withWorkspace } from './workspace.ts';

/** Numbers of the kernels' Draws: five of a key, four that are drawn. */
const DRAWS = 9;

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
  kind: 'swish' | 'swishGrad',
  { x, dy }: { readonly x: TensorInfo; readonly dy?: TensorInfo },
): TensorInfo {
  const out = wasm.makeOutput(x.shape, 'float32');
  const places = { x: addressOf(wasm, x), out: addressOf(wasm, out), count: sizeOf(x) };
  const more = dy === undefined ? {} : { dy: addressOf(wasm, dy) };
  runLoop(wasm, { kind, ...places, ...more });
  return out;
}

/** @see MienKernels.MienDropout */
export function dropout(
  wasm: BackendWasm,
  { x }: MienKernels['MienDropout']['inputs'],
  { rate, valuesPerDraw, seed, purpose, numbers }: MienKernels['MienDropout']['attrs'],
): TensorInfo {
  const out = wasm.makeOutput(x.shape, 'float32');
  const layout = new Layout();
  const drawsAt = layout.values(DRAWS);
  withWorkspace(wasm, layout, (start) => {
    const draws = start + drawsAt;
    const { buffer } = wasm.typedArrayFromHeap(out);
    new Uint32Array(buffer, draws, DRAWS).set([seed, purposeKey(purpose), ...numbers]);
    const [from, to, count] = [addressOf(wasm, x), addressOf(wasm, out), sizeOf(x)];
    kernelsOf(wasm).dropout(draws, from, to, count, valuesPerDraw, rate * 2 ** 32, 1 / (1 - rate));
  });
  return out;
}
