/**
 * The trainable part's hand-written backward pass against tfjs' autodiff on the cpu backend: an independent path through
 * other kernels and the layers' own code.
 */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../support/backends.ts';
import { shows } from '../support/shows.ts';
import {
  autodiffGradients,
  programGradients,
  relativeError,
  smallModel,
} from '../support/networks/tail-gradients.ts';

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
      expect(actual.loss).toBeCloseTo(expected.loss, 4);
      expect([...actual.gradients.keys()].sort()).toEqual([...expected.gradients.keys()].sort());
      for (const [name, gradient] of expected.gradients) {
        expect(relativeError(actual.gradients.get(name) ?? new Float32Array(), gradient), name).toBeLessThan(
          1e-4,
        );
      }
      expect(tf.memory().numTensors).toBe(0);
      shows(`device ${backend} has gradients that agree with automatic ones`);
    },
  );
});
