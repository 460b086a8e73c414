/** Owns calling Adam on the wasm backend's tensors: all weights of a step in one call. assembly/loops.as.ts has the arithmetic. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { MienUpdateKernels } from '../signatures.ts';
import { runLoops } from './loops.ts';
import { nextOf } from './memory.ts';
import { addressOf } from './workspace.ts';

const sizeOf = ({ shape }: TensorInfo): number => shape.reduce((product, side) => product * side, 1);

/** @see MienUpdateKernels.MienAdam */
export function adam(
  wasm: BackendWasm,
  { values, gradients, m, v }: MienUpdateKernels['MienAdam']['inputs'],
  { rate, beta1, beta2, epsilon, decay }: MienUpdateKernels['MienAdam']['attrs'],
): TensorInfo[] {
  const lists = [values, m, v];
  const out = lists.map((list) => list.map((tensor) => nextOf(wasm, tensor)));
  const rates = [rate, 1 - beta1, 1 - beta2, epsilon, 1 - decay];
  const loops = gradients.map((gradient, index) => {
    const own = [gradient, ...[...lists, ...out].flatMap((list) => list[index] ?? [])];
    const addresses = own.map((tensor) => addressOf(wasm, tensor));
    return { count: sizeOf(gradient), more: { addresses, rates } };
  });
  runLoops(wasm, 'adam', loops);
  return out.flat();
}
