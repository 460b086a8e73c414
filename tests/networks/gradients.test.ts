/**
 * The trainable part's hand-written backward pass against tfjs' autodiff on the cpu backend: an independent path through
 * other kernels and the layers' own code.
 */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { withHead } from '../../src/models/head.ts';
import { useBackend } from '../support/backends.ts';
import { shows } from '../support/shows.ts';
import {
  autodiffGradients,
  programGradients,
  relativeError,
  smallModel,
  type Gradients,
} from '../support/networks/tail-gradients.ts';

/** Of the same weights the same gradients, within 1e-4. */
function expectAlike(actual: Gradients, expected: Gradients): void {
  expect(actual.loss).toBeCloseTo(expected.loss, 4);
  expect([...actual.gradients.keys()].sort()).toEqual([...expected.gradients.keys()].sort());
  for (const [name, gradient] of expected.gradients) {
    const error = relativeError(actual.gradients.get(name) ?? new Float32Array(), gradient);
    expect(error, name).toBeLessThan(1e-4);
  }
}

describe.each([0, 2, 12, 30, 60])('the last %i layers of MobileNetV2', (unfreeze) => {
  it.each(['cpu', 'wasm'] as const)(
    'have on %s the loss and gradients that autodiff finds, within 1e-4',
    async (backend) => {
      await useBackend('cpu');
      const reference = smallModel();
      const expected = await autodiffGradients(reference.model, reference.backboneLayers, unfreeze);
      reference.model.dispose();
      await useBackend(backend);
      const { model, backboneLayers } = smallModel();
      const actual = await programGradients(model, backboneLayers, unfreeze, 'inference');
      model.dispose();
      expectAlike(actual, expected);
      expect(tf.memory().numTensors).toBe(0);
      shows(`device ${backend} has gradients that agree with automatic ones`);
    },
  );
});

/** As VGG has them, and one that overlaps: a pool takes the gradient through the ReLU ahead of it. */
function pooledModel(): { model: tf.LayersModel; backboneLayers: number } {
  const input = tf.input({ shape: [32, 32, 3] });
  const { conv2d, maxPooling2d } = tf.layers;
  const conv = (filters: number, seed: number): tf.layers.Layer => {
    const kernelInitializer = tf.initializers.heNormal({ seed });
    const name = `conv_${seed.toString()}`;
    return conv2d({ name, filters, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer });
  };
  const layers = [
    ...[conv(8, 1), maxPooling2d({ poolSize: 2, strides: 2 })],
    ...[conv(12, 2), maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), conv(10, 3)],
  ];
  const output = layers.reduce<tf.SymbolicTensor>((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
  const base = tf.model({ inputs: input, outputs: output });
  const model = withHead(base, { classes: 5, dropout: 0, hidden: [], seed: 4 });
  return { model, backboneLayers: base.layers.length };
}

it.each(['cpu', 'wasm'] as const)(
  'pools behind ReLUs have on %s the gradients that autodiff finds, within 1e-4',
  async (backend) => {
    await useBackend('cpu');
    const reference = pooledModel();
    const expected = await autodiffGradients(reference.model, reference.backboneLayers, 5);
    reference.model.dispose();
    await useBackend(backend);
    const { model, backboneLayers } = pooledModel();
    const actual = await programGradients(model, backboneLayers, 5, 'inference');
    model.dispose();
    expectAlike(actual, expected);
    expect(tf.memory().numTensors).toBe(0);
  },
);
