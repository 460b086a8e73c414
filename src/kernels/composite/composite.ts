/** A kernel composed from tfjs ops. */
import type * as tf from '@tensorflow/tfjs';
import type { MienKernelName, MienKernels } from '../signatures.ts';

/** An optional input keeps being optional. */
type Tensors<Inputs> = {
  readonly [Input in keyof Inputs]: undefined extends Inputs[Input] ? tf.Tensor | undefined : tf.Tensor;
};

export type Composite<Name extends MienKernelName> = (
  inputs: Tensors<MienKernels[Name]['inputs']>,
  attrs: MienKernels[Name]['attrs'],
) => tf.Tensor | tf.Tensor[];
