/**
 * Mien's kernels composed from tfjs ops: correct on every backend, several passes or dispatches each. A backend's own
 * implementation replaces them one by one.
 */
import * as tf from '@tensorflow/tfjs';
import { packedWords, packHalves, unpackHalves } from '../../lib/bytes/float16.ts';
import { keyedWords } from '../../lib/random.ts';
import type { Backend } from '../../protocol/device.ts';
import type { MienKernelName } from '../signatures.ts';
import type { Composite } from './composite.ts';
import { fold, linear, linearGrads, linearInputGrad, throughActivation } from './linear.ts';
import { softmaxLoss } from './loss.ts';
import { moments, norm, normGrads, normInputGrad } from './norm.ts';
import { compositeUpdates } from './updates.ts';

const composites: { readonly [Name in MienKernelName]: Composite<Name> } = {
  MienActivationGrad: ({ dy, y }, { activation }) => {
    const above = tf.step(y);
    const inside = activation === 'relu6' ? tf.mul(above, tf.step(tf.sub(6, y))) : above;
    return tf.mul(dy, inside);
  },
  MienSwish: ({ x }) => tf.mul(x, tf.sigmoid(x)),
  // d(x g) = g + x g (1 - g), with the gate g
  MienSwishGrad({ dy, x }) {
    const gate = tf.sigmoid(x);
    return tf.mul(dy, tf.add(gate, tf.mul(tf.mul(x, gate), tf.sub(1, gate))));
  },
  MienSigmoidGrad: ({ dy, y }) => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
  MienChannelSum: ({ x }) => tf.sum(tf.reshape(x, [-1, x.shape.at(-1) ?? 1]), 0),
  MienChannelDot: ({ x, y }) => tf.sum(tf.reshape(tf.mul(x, y), [-1, x.shape.at(-1) ?? 1]), 0),
  MienGlobalPool: ({ x }) => tf.mean(x, [1, 2]),
  MienGlobalPoolGrad: ({ dy, x }, { height, width, activation }) => {
    const [batch = 1, channels = 1] = dy.shape;
    const share = tf.reshape(tf.div(dy, height * width), [batch, 1, 1, channels]);
    return throughActivation(tf.tile(share, [1, height, width, 1]), x, activation);
  },
  MienGateGrad: ({ x, dy }) => tf.sum(tf.mul(x, dy), [1, 2], true),
  MienDropout: ({ x }, { rate, valuesPerDraw, seed, purpose, numbers }) => {
    const words = keyedWords(x.size / valuesPerDraw, seed, purpose, numbers);
    const mask = Float32Array.from(words, (word) => (word < rate * 2 ** 32 ? 0 : 1 / (1 - rate)));
    if (valuesPerDraw === 1) return tf.mul(x, tf.tensor(mask, x.shape, 'float32'));
    const rows = tf.reshape(x, [words.length, valuesPerDraw]);
    return tf.reshape(tf.mul(rows, tf.tensor(mask, [words.length, 1], 'float32')), x.shape);
  },
  MienLinear: linear,
  MienFold: fold,
  MienLinearGrads: linearGrads,
  MienLinearInputGrad: linearInputGrad,
  MienNorm: norm,
  MienNormGrads: normGrads,
  MienNormInputGrad: normInputGrad,
  MienMoments: moments,
  MienSoftmaxLoss: softmaxLoss,
  MienStoreRows: ({ kept, values, rows }) =>
    tf.tensorScatterUpdate(kept, tf.reshape<tf.Rank.R2>(rows, [-1, 1]), values),
  MienGatherRows: ({ kept, rows }) => tf.gather(kept, rows),
  MienPackHalves({ x, largest }) {
    const shape: [number, number] = [largest.size, packedWords(x.size / largest.size)];
    const packed = new Int32Array(shape[0] * shape[1]);
    packHalves(x.dataSync<'float32'>(), largest.dataSync<'float32'>(), packed);
    return tf.tensor2d(packed, shape, 'int32');
  },
  MienUnpackHalves({ packed }, { width }) {
    const [rows = 0] = packed.shape;
    const values = new Float32Array(rows * width);
    unpackHalves(packed.dataSync<'int32'>(), width, values);
    return tf.tensor2d(values, [rows, width]);
  },
  MienAccumulate: ({ total, sums }) => tf.add(total, sums),
};

/** Registers all of them for one backend. */
export function registerCompositeKernels(backendName: Backend): void {
  for (const [kernelName, composite] of Object.entries({ ...composites, ...compositeUpdates })) {
    tf.registerKernel({
      kernelName,
      backendName,
      // The engine hands over tensor infos that are tensors.
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() => (composite as Composite<MienKernelName>)(inputs as never, attrs as never)),
    });
  }
}
