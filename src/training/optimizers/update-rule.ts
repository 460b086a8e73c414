/**
 * The contract of an optimizer: what it declares, what it remembers of each weight, and how it moves all of them; and
 * the call of an update kernel, whose inputs and outputs are lists with one tensor a weight.
 */
import * as tf from '@tensorflow/tfjs';
import type { MienUpdateKernels } from '../../kernels/signatures.ts';
import type { CatalogEntry } from '../../protocol/catalog.ts';
import { invariant } from '../../protocol/errors.ts';
import type { PythonCall } from '../../lib/python.ts';
import type { Options } from '../../protocol/recipe/options.ts';

/** All weights of one step. The lists are in one order and of one length. */
export interface Batch {
  readonly values: readonly tf.Tensor[];
  readonly gradients: readonly tf.Tensor[];
  /** By name as {@link UpdateRule.slots} gives them: what the step before left, zeros at first. */
  readonly slots: Readonly<Record<string, readonly tf.Tensor[]>>;
}

/** What one step makes of it; new tensors of the enclosing tidy, in the order of the batch. */
export interface Updated {
  readonly values: readonly tf.Tensor[];
  readonly slots: Readonly<Record<string, readonly tf.Tensor[]>>;
}

/** An optimizer with its options fixed. It keeps no state of its own: all of it is in the slots and the step's number. */
export interface UpdateRule {
  /** Names of the tensors that it remembers of each weight. */
  readonly slots: readonly string[];
  /**
   * One update of all weights, in one kernel call so that a device can do them in few dispatches.
   *
   * @param step from 1
   */
  update(batch: Batch, learningRate: number, step: number): Updated;
}

/** A registry entry with the code behind it. Its options are fields of a phase's `optimizer`. */
export interface OptimizerKind {
  readonly entry: CatalogEntry;
  /** @param options checked against `entry.options` and complete */
  create(options: Options): UpdateRule;
  /** The same of `keras.optimizers`, without its rate and clip, for the program that an export brings. */
  keras(options: Options): PythonCall;
}

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
