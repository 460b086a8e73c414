/** Every optimizer of the registry: its entry is complete, and a few steps with its defaults lead downhill. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPTIMIZERS } from '../../src/training/optimizers/registry.ts';
import { checkOptions } from '../../src/protocol/recipe/options.ts';
import { useBackend } from '../support/backends.ts';

beforeAll(() => useBackend('wasm'));

describe.each(OPTIMIZERS.map((kind) => [kind.entry.name, kind] as const))('%s', (name, { entry, create }) => {
  const rule = create(
    checkOptions({ field: 'optimizer', entry: name, ownKeys: ['name'] }, entry.options, {}),
  );

  it('says what it is in words that a page can show', () => {
    expect(entry.label).not.toBe('');
    expect(entry.help).toMatch(/\.$/);
    for (const option of entry.options) expect(option.help).toMatch(/\.$/);
  });

  it('brings all weights nearer to where the loss is least, and forgets nothing it says it keeps', () => {
    tf.tidy(() => {
      let values: readonly tf.Tensor[] = [tf.tensor1d([3, -2]), tf.tensor2d([[1], [-1]])];
      let slots = Object.fromEntries(rule.slots.map((slot) => [slot, values.map((v) => tf.zerosLike(v))]));
      for (let step = 1; step <= 50; step++) {
        // The gradient of half the square.
        const updated = rule.update({ values, gradients: values, slots }, 0.01, step);
        values = updated.values;
        slots = updated.slots as typeof slots;
        expect(Object.keys(slots)).toEqual(rule.slots);
      }
      const [a, b] = values.map((value) => value.abs().max().dataSync()[0]!);
      expect(a).toBeLessThan(3 - 0.2);
      expect(b).toBeLessThan(1 - 0.2);
    });
  });
});
