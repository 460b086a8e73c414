/** What the settings of steps and loss write into a recipe, and that the address carries it there and back. */
import { describe, expect, it } from 'vitest';
import { asRun, ENTRIES } from '../../../src/engine/catalog.ts';
import { BACKBONES } from '../../../src/models/backbones/registry.ts';
import { parseRecipe, type Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { linkOf, recipeFromLink } from '../../../src/store/recipe-link.ts';
import { OPTIMIZERS } from '../../../src/training/optimizers/registry.ts';
import { SCHEDULES } from '../../../src/training/schedules/registry.ts';
import {
  namedEntry,
  numberOrNone,
  shares,
  withBackbone,
  withField,
  withPhaseField,
  withShares,
} from '../../../src/ui/training/edit-recipe.ts';
import { presets, recipe } from '../store/samples.ts';

/** The recipe that an edit makes, after it went through the address. */
function throughLink(edited: unknown): Recipe {
  const parsed = parseRecipe(edited);
  const read = recipeFromLink(`#${linkOf(parsed, 'quick-look', presets)}`, presets).recipe;
  expect(read).toEqual(parsed);
  return read;
}

it.each(BACKBONES.map(({ entry }) => [entry.name, entry] as const))(
  '%s, chosen in any preset, has its own defaults and runs',
  (name, { unfreeze, weights }) => {
    for (const preset of presets) {
      // What was chosen for the network before belongs to it.
      const edited = withPhaseField(preset.recipe, 1, 'unfreeze', 100) as Recipe;
      const before = {
        ...edited,
        backbone: { ...edited.backbone, alpha: 0.35, weights: 'starter' as const },
      };
      const full = asRun(throughLink(withBackbone(parseRecipe(before), name)));
      expect(full.phases[1]).toMatchObject({ unfreeze });
      expect(full.backbone).toMatchObject({ name, weights: weights[0] });
    }
  },
);

it('the split is typed in per cent, and refused when it is not all of it', () => {
  const edited = throughLink(withShares(recipe, '70/15 , 15', []));
  expect(edited.split).toEqual({ ...recipe.split, train: 0.7, validation: 0.15, test: 0.15 });
  expect(shares(edited)).toBe('70 / 15 / 15');
  expect(shares(parseRecipe(withShares(recipe, '57 / 29 / 14', [])))).toBe('57 / 29 / 14');
  expect(() => parseRecipe(withShares(recipe, '70 / 20 / 20', []))).toThrow(/must add up to 1/);
});

it('without validation goes what needs it, and does not come back by itself', () => {
  const phases = recipe.phases.map((phase) => ({ ...phase, schedule: { name: 'plateau' } }));
  const stopping = parseRecipe({ ...recipe, phases, earlyStopping: { patience: 3, restoreBest: true } });
  const edited = throughLink(withShares(stopping, '80 / 0 / 20', ENTRIES.schedules));
  expect(edited.earlyStopping).toBeNull();
  expect(edited.phases.map(({ schedule }) => schedule)).toEqual(edited.phases.map(() => undefined));
  expect(asRun(edited).split.validation).toBe(0);
  expect(() => parseRecipe({ ...stopping, split: edited.split })).toThrow(
    /earlyStopping.*goes by validation/,
  );
  const byPlateau = parseRecipe({ ...edited, phases });
  expect(() => asRun(byPlateau)).toThrow(/phases\[0\]\.schedule: goes by validation pictures/);
});

describe.each([
  ['optimizer', OPTIMIZERS],
  ['schedule', SCHEDULES],
] as const)('a phase’s %s', (field, kinds) => {
  it.each(kinds.map(({ entry }, at) => [entry.name, entry, at === 0] as const))(
    '%s, with each option changed, is in the link and is one that the engine takes',
    (_, entry, isDefault) => {
      const changed = Object.fromEntries(
        entry.options.map((spec) => [
          spec.name,
          spec.kind === 'number' ? (spec.default === spec.min ? spec.max : spec.min) : spec.default !== true,
        ]),
      );
      const read = throughLink(withPhaseField(recipe, 1, field, namedEntry(entry, changed, isDefault)));
      const bare = isDefault && entry.options.length === 0;
      expect(read.phases[1]?.[field]).toEqual(bare ? undefined : { name: entry.name, ...changed });
      expect(read.phases[0]).toEqual(recipe.phases[0]);
      expect(() => asRun(read)).not.toThrow();
    },
  );

  it('is left out of the recipe when it is as it was without', () => {
    const [first, second] = kinds.map(({ entry }) => entry);
    const usual = Object.fromEntries(first!.options.map((spec) => [spec.name, spec.default]));
    const there = withPhaseField(recipe, 0, field, namedEntry(second!, {}, false)) as Recipe;
    expect(there.phases[0]?.[field]).toEqual({ name: second!.name });
    expect(withPhaseField(there, 0, field, namedEntry(first!, usual, true))).toEqual(recipe);
  });
});

it('has, first in each list, what the paper trains with', () => {
  expect(OPTIMIZERS[0].entry.name).toBe('adam');
  expect(SCHEDULES[0].entry.name).toBe('constant');
});

it('sets and takes out clipping, smoothing and class weights', () => {
  const clipped = throughLink(withPhaseField(recipe, 0, 'gradientClip', numberOrNone('0.5')));
  expect(clipped.phases[0]?.gradientClip).toBe(0.5);
  expect(parseRecipe(withPhaseField(clipped, 0, 'gradientClip', numberOrNone('none')))).toEqual(recipe);
  const smooth = throughLink(withField(recipe, 'labelSmoothing', 0.1));
  expect(smooth.labelSmoothing).toBe(0.1);
  const balanced = throughLink(withField(smooth, 'classWeights', 'balanced'));
  expect(balanced.classWeights).toBe('balanced');
  const back = withField(withField(balanced, 'classWeights', undefined), 'labelSmoothing', undefined);
  expect(linkOf(parseRecipe(back), 'quick-look', presets)).toBe('');
});

it.each([
  [withPhaseField(recipe, 1, 'gradientClip', numberOrNone('a lot')), /phases\[1\]\.gradientClip/],
  [withField(recipe, 'labelSmoothing', 1), /labelSmoothing/],
  [withPhaseField(recipe, 0, 'optimizer', { name: 'sgd', momentum: 2 }), /phases\[0\]\.optimizer\.momentum/],
  [withPhaseField(recipe, 0, 'schedule', { name: 'steps' }), /phases\[0\]\.schedule\.name/],
])('names the field of what does not do (%#)', (edited, field) => {
  expect(() => asRun(parseRecipe(edited))).toThrow(field);
});
