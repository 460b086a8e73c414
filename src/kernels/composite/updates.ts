/** The optimizers' updates composed from tfjs ops, weight by weight: correct everywhere, many dispatches. */
import * as tf from '@tensorflow/tfjs';
import type { MienUpdateKernels } from '../signatures.ts';

type Composite<Name extends keyof MienUpdateKernels> = (
  inputs: { readonly [Input in keyof MienUpdateKernels[Name]['inputs']]: readonly tf.Tensor[] },
  attrs: MienUpdateKernels[Name]['attrs'],
) => tf.Tensor[];

/** By the names under which they are registered. */
export const compositeUpdates: { readonly [Name in keyof MienUpdateKernels]: Composite<Name> } = {
  MienAdam({ values, gradients, m, v }, { rate, beta1, beta2, epsilon, decay }) {
    const newM = m.map((m0, i) => tf.add(m0, tf.mul(tf.sub(gradients[i]!, m0), 1 - beta1)));
    const newV = v.map((v0, i) => tf.add(v0, tf.mul(tf.sub(tf.square(gradients[i]!), v0), 1 - beta2)));
    const newValues = values.map((value, i) => {
      const step = tf.div(tf.mul(newM[i]!, rate), tf.add(tf.sqrt(newV[i]!), epsilon));
      return tf.sub(decay === 0 ? value : tf.mul(value, 1 - decay), step);
    });
    return [...newValues, ...newM, ...newV];
  },
  MienSgd({ values, gradients, momenta }, { rate, momentum, nesterov }) {
    const steps = gradients.map((gradient) => tf.mul(gradient, rate));
    if (momenta === undefined) return values.map((value, i) => tf.sub(value, steps[i]!));
    const moved = momenta.map((m, i) => tf.sub(tf.mul(m, momentum), steps[i]!));
    const newValues = values.map((value, i) => {
      const way = nesterov ? tf.sub(tf.mul(moved[i]!, momentum), steps[i]!) : moved[i]!;
      return tf.add(value, way);
    });
    return [...newValues, ...moved];
  },
};
