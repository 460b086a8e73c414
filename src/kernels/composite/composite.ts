/**
 * The form of a kernel that is composed from tfjs ops: the same inputs and attributes as a backend's own, tensors in place
 * of what only names their data.
 */
import type * as tf from '@tensorflow/tfjs';
import type { MienKernelName, MienKernels } from '../signatures.ts';

/** An optional input keeps being optional. */
type Tensors<Inputs> = {
  readonly [Input in keyof Inputs]: undefined extends Inputs[Input] ? tf.Tensor | undefined : tf.Tensor;
};

/** Computes what a kernel of that name does, from tensors to new tensors; run in a tidy. */
export type Composite<Name extends MienKernelName> = (
  inputs: Tensors<MienKernels[Name]['inputs']>,
  attrs: MienKernels[Name]['attrs'],
) => tf.Tensor | tf.Tensor[];
