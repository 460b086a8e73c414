/**
 * Mien's kernels composed from tfjs ops, for the GPU backends: correct everywhere, several dispatches each. A
 * backend's own program replaces them one by one.
 */
import * as tf from '@tensorflow/tfjs';
import type { MienKernelName, MienKernels } from '../signatures.ts';
import { compositeUpdates } from './updates.ts';

type Composite<Name extends MienKernelName> = (
  inputs: { readonly [Input in keyof MienKernels[Name]['inputs']]: tf.Tensor },
  attrs: MienKernels[Name]['attrs'],
) => tf.Tensor | tf.Tensor[];

const composites: { readonly [Name in MienKernelName]: Composite<Name> } = {
  MienActivationGrad: ({ dy, y }, { activation }) => {
    const above = tf.step(y);
    const inside = activation === 'relu6' ? tf.mul(above, tf.step(tf.sub(6, y))) : above;
    return tf.mul(dy, inside);
  },
  MienChannelSum: ({ x }) => tf.sum(tf.reshape(x, [-1, x.shape.at(-1) ?? 1]), 0),
  MienChannelDot: ({ x, y }) => tf.sum(tf.reshape(tf.mul(x, y), [-1, x.shape.at(-1) ?? 1]), 0),
  MienGlobalPoolGrad: ({ dy }, { height, width }) => {
    const [batch = 1, channels = 1] = dy.shape;
    return tf.tile(tf.reshape(tf.div(dy, height * width), [batch, 1, 1, channels]), [1, height, width, 1]);
  },
};

/** Registers all of them for one backend. */
export function registerCompositeKernels(backendName: 'webgpu' | 'webgl'): void {
  for (const [kernelName, composite] of Object.entries({ ...composites, ...compositeUpdates })) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        // The engine hands over tensor infos that are tensors; what ops leave behind, the enclosing tidy frees.
        return (composite as Composite<MienKernelName>)(inputs, attrs as never);
      },
    });
  }
}
