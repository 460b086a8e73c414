/** Every augmentation in the registry: what it declares, and what any draw of it must keep to. */
import { describe, expect, it } from 'vitest';
import { applyViews } from '../../src/data/augmentations/apply-views.ts';
import { planViews } from '../../src/data/augmentations/plan-views.ts';
import { augmentations } from '../../src/data/augmentations/registry.ts';
import { keyedRandom } from '../../src/lib/random.ts';
import { checkOptions, type Options } from '../../src/protocol/recipe/options.ts';

const size = 24;
const rows = Array.from({ length: 40 }, (_, row) => row);
const pictures = Uint8Array.from({ length: rows.length * size * size * 3 }, (_, i) => (i * 7919) % 256);

describe.each(augmentations.map((one) => [one.entry.name, one] as const))('augmentation %s', (name, one) => {
  const { entry } = one;
  const owner = { field: 'augmentation', entry: name, ownKeys: [] };
  const defaults = checkOptions(owner, entry.options, {});
  const most: Options = Object.fromEntries(
    entry.options.map((option) => [option.name, option.kind === 'number' ? option.max : true]),
  );

  it('says what it is in words that a page can show', () => {
    expect(entry.label).not.toBe('');
    expect(entry.help).toMatch(/\.$/);
    expect(entry.options.length).toBeGreaterThan(0);
    for (const option of entry.options) expect(option.help).toMatch(/\.$/);
  });

  it('leaves pictures alone unless it is asked for', () => {
    for (const row of rows) expect(one.draw(defaults, keyedRandom(1, name, 0, row), size)).toBeNull();
  });

  it('changes pictures when it is, and says how', () => {
    const draws = rows.map((row) => one.draw(most, keyedRandom(1, name, 0, row), size));
    const made = draws.flatMap((draw) => draw ?? []);
    expect(made.length).toBeGreaterThan(10);
    for (const draw of made) expect(draw.caption).not.toBe('');
  });

  it('keeps every pixel a level, at its strongest too', () => {
    const plan = planViews({ views: 1, ...most }, { seed: 3, rows, view: 0, size });
    const views = applyViews(plan, pictures, size);
    expect(views.length).toBe(pictures.length);
    expect(views.every((level) => level >= 0 && level <= 255)).toBe(true);
  });
});

it('gives every option a name of its own, since all are fields of one object', () => {
  const names = augmentations.flatMap(({ entry }) => entry.options.map((option) => option.name));
  expect(new Set([...names, 'views']).size).toBe(names.length + 1);
});
