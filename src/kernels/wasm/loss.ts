/** Owns calling the loss on the wasm backend's tensors, one call for a batch: assembly/loss.as.ts has the arithmetic. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { MienKernels } from '../signatures.ts';
import { kernelsOf } from './module.ts';
import { addressOf } from './workspace.ts';

/** @see MienKernels.MienSoftmaxLoss */
export function softmaxLoss(
  wasm: BackendWasm,
  { logits, labels, weights }: MienKernels['MienSoftmaxLoss']['inputs'],
  { labelSmoothing }: MienKernels['MienSoftmaxLoss']['attrs'],
): TensorInfo[] {
  const [batch = 1, classes = 1] = logits.shape;
  const sums = wasm.makeOutput([2], 'float32');
  const gradient = wasm.makeOutput([...logits.shape], 'float32');
  const at = (tensor: TensorInfo | undefined): number => (tensor === undefined ? 0 : addressOf(wasm, tensor));
  const [from, wanted, factors, toSums, toGradient] = [logits, labels, weights, sums, gradient].map(at) as [
    ...[number, number, number, number, number],
  ];
  kernelsOf(wasm).softmaxLoss(from, wanted, factors, toSums, toGradient, batch, classes, labelSmoothing);
  return [sums, gradient];
}
