/** Every learning-rate schedule of the registry: its entry is complete, and its rates are rates at any time. */
import { describe, expect, it } from 'vitest';
import { checkOptions } from '../../src/protocol/recipe/options.ts';
import { SCHEDULES } from '../../src/training/schedules/registry.ts';

describe.each(SCHEDULES.map((kind) => [kind.entry.name, kind] as const))('%s', (name, { entry, create }) => {
  const options = checkOptions({ field: 'schedule', entry: name, ownKeys: ['name'] }, entry.options, {});

  it('says what it is in words that a page can show', () => {
    expect(entry.label).not.toBe('');
    expect(entry.help).toMatch(/\.$/);
    for (const option of entry.options) expect(option.help).toMatch(/\.$/);
  });

  it.each([1, 3])('gives every step a rate from 0 to the phase’s, in %i epochs', (epochs) => {
    const schedule = create(options, { learningRate: 0.01, epochs, stepsPerEpoch: 5 });
    let state = schedule.start;
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (let step = 0; step < 5; step++) {
        const rate = schedule.rateOf(epoch * 5 + step, state);
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(0.01);
      }
      state = schedule.afterEpoch(state, 1);
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    }
  });
});
