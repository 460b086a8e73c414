/** Calls one of Mien's own kernels on the current backend, with its types. */
import * as tf from '@tensorflow/tfjs';
import type { MienKernelName, MienKernels } from '../../kernels/signatures.ts';

/** A kernel's outputs as tensors. */
type Outputs<Name extends MienKernelName> = MienKernels[Name]['output'] extends readonly unknown[]
  ? tf.Tensor[]
  : tf.Tensor;

/** The kernels must have been registered (`registerKernels`). The result belongs to the caller's tidy. */
export function runMien<Name extends MienKernelName>(
  name: Name,
  inputs: { readonly [Input in keyof MienKernels[Name]['inputs']]: tf.Tensor },
  attrs: MienKernels[Name]['attrs'],
): Outputs<Name> {
  return tf.engine().runKernel<Outputs<Name>>(name, inputs, attrs as unknown as tf.NamedAttrMap);
}
