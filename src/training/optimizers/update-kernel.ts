/** Calls an update kernel, whose inputs and outputs are lists with one tensor a weight. */
import * as tf from '@tensorflow/tfjs';
import type { MienUpdateKernels } from '../../kernels/signatures.ts';
import { invariant } from '../../protocol/errors.ts';
import type { Batch, Updated } from './update-rule.ts';

/**
 * Runs it on the current backend.
 *
 * @param slots the rule's, in the order in which the kernel puts them out behind the values
 */
export function runUpdate<Name extends keyof MienUpdateKernels>(
  kernel: Name,
  { values, gradients, slots: before }: Batch,
  slots: readonly string[],
  attrs: MienUpdateKernels[Name]['attrs'],
): Updated {
  const inputs = { values, gradients, ...before } as unknown as tf.NamedTensorMap;
  const outputs = tf.engine().runKernel<tf.Tensor[]>(kernel, inputs, { ...attrs });
  const count = values.length;
  invariant(outputs.length === count * (slots.length + 1), `${kernel} puts out all values and slots`);
  const part = (index: number): tf.Tensor[] => outputs.slice(index * count, (index + 1) * count);
  return {
    values: part(0),
    slots: Object.fromEntries(slots.map((slot, index) => [slot, part(index + 1)])),
  };
}
