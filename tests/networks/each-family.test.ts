/** One batch of each phase, on averages and on the batch, at 32 pixels with random weights, for one network of each family. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BACKBONES } from '../../src/models/backbones/registry.ts';
import { parseRecipe } from '../../src/protocol/recipe/recipe.ts';
import { withBackbone } from '../../src/protocol/recipe/fields.ts';
import { openSession, train } from '../support/session.ts';

/** The smallest of each: names of one family begin alike. */
const FAMILIES = ['mobilenetv2', 'efficientnetb0', 'vgg16'];

it('there is one of each family', () => {
  const familyOf = (name: string): string => /^[a-z]+/.exec(name)?.[0] ?? name;
  const families = new Set(BACKBONES.map(({ entry }) => familyOf(entry.name.replace(/b\d$/, ''))));
  expect(families).toEqual(new Set(FAMILIES.map((name) => familyOf(name.replace(/b\d$/, '')))));
});

it.each(FAMILIES.flatMap((name) => ['quick-look', 'notebook'].map((preset) => [name, preset] as const)))(
  '%s, chosen in %s',
  { timeout: 120_000 },
  async (name, preset) => {
    const text = readFileSync(new URL(`../../public/recipes/${preset}.json`, import.meta.url), 'utf8');
    const chosen = parseRecipe(withBackbone(parseRecipe(JSON.parse(text)), name));
    const recipe = parseRecipe({
      ...chosen,
      dataset: { source: 'sample', pictures: 80 },
      image: { ...chosen.image, size: 32 },
      backbone: { ...chosen.backbone, weights: 'random' },
      batchSize: 48,
      phases: chosen.phases.map((phase) => ({ ...phase, epochs: 1 })),
    });
    const session = await openSession('wasm');
    const { result } = await train(session, recipe);
    expect(result.history.map(({ phase }) => phase)).toEqual(recipe.phases.map((phase) => phase.name));
    for (const { loss, valLoss } of result.history)
      expect(Number.isFinite(loss + (valLoss ?? NaN))).toBe(true);
    await session.close();
  },
);
