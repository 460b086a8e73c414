/** Owns calling the loss on the wasm backend's tensors, one call for a batch: assembly/loss.as.ts has the arithmetic. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { MienKernels } from '../signatures.ts';
import { runAlone } from './loops.ts';
import { addressOf, outputOf } from './workspace.ts';

/** @see MienKernels.MienSoftmaxLoss */
export function softmaxLoss(
  wasm: BackendWasm,
  { logits, labels, weights }: MienKernels['MienSoftmaxLoss']['inputs'],
  { labelSmoothing }: MienKernels['MienSoftmaxLoss']['attrs'],
): TensorInfo[] {
  const [batch = 1, classes = 1] = logits.shape;
  const sums = outputOf(wasm, [2]);
  const gradient = outputOf(wasm, logits.shape);
  const at = (tensor: TensorInfo | undefined): number => (tensor === undefined ? 0 : addressOf(wasm, tensor));
  const addresses = [logits, labels, weights, sums, gradient].map(at);
  runAlone(wasm, {
    ...{ kind: 'softmaxLoss', more: { addresses, rates: [] } },
    ...{ rows: batch, channels: classes, low: labelSmoothing },
  });
  return [sums, gradient];
}
