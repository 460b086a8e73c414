/**
 * Every shipped recipe with every backbone: changing `backbone.name` alone gives a recipe that runs, and where it is cut
 * leaves nearly all of the work frozen.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { asRun } from '../../src/engine/catalog.ts';
import { describeNetwork } from '../../src/engine/network/network.ts';
import { BACKBONES } from '../../src/models/backbones/registry.ts';
import type { FullRecipe } from '../../src/protocol/recipe/full-recipe.ts';
import type { CutSummary, ModelSummary } from '../../src/protocol/model.ts';
import { parseRecipe, type WrittenRecipe } from '../../src/protocol/recipe/recipe.ts';
import { useBackend } from '../support/backends.ts';
import { filePlatform } from '../support/networks/weight-files.ts';

const folder = new URL('../../public/recipes/', import.meta.url);
const written = Object.fromEntries(
  readdirSync(folder).map((name) => {
    const recipe = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as WrittenRecipe;
    return [name.replace('.json', ''), recipe] as const;
  }),
);
const presets = Object.keys(written);

/** A preset of which the backbone's name alone is another. */
function withBackbone(preset: string, name: string): FullRecipe {
  const recipe = written[preset]!;
  return asRun(parseRecipe({ ...recipe, backbone: { ...recipe.backbone, name } }));
}

const described = new Map<string, Promise<ModelSummary>>();

/** Networks that differ in nothing but the size of their pictures, which other tests build, are built once. */
function describing(recipe: FullRecipe): Promise<ModelSummary> {
  const key = JSON.stringify(recipe.backbone);
  const summary = described.get(key) ?? describeNetwork(recipe, 8, filePlatform({}));
  described.set(key, summary);
  return summary;
}

/** Share of the backbone's multiply-adds that lies before a cut. */
function frozenShare({ layers }: ModelSummary, { cutOutput }: CutSummary): number {
  const last = layers.findIndex(({ name }) => name === cutOutput.layer);
  const work = (some: ModelSummary['layers']): number =>
    some.reduce((sum, each) => sum + each.multiplyAdds, 0);
  return last === -1 ? 1 : work(layers.slice(0, last + 1)) / work(layers);
}

/** Which the head's features are computed into. */
const POOLED = 'global_average_pooling2d';

/** VGG has half of its work in the ten layers that the paper opens. */
const LEAST_FROZEN = (name: string): number => (name.startsWith('vgg') ? 0.45 : 0.7);

beforeAll(() => useBackend('cpu'));

describe.each(BACKBONES.map(({ entry }) => [entry.name, entry] as const))('%s', (name, entry) => {
  it.each(presets)('takes the preset %s as it is, and is described without a complaint', async (preset) => {
    const recipe = withBackbone(preset, name);
    const fineTune = recipe.phases.find((phase) => phase.name === 'fineTune');
    expect(fineTune?.unfreeze).toBe(entry.unfreeze);
    const { weights, cuts, layers } = await describing(recipe);
    expect(weights.problem).toBeNull();
    expect(cuts).toHaveLength(layers.length + 1);
    expect(entry.unfreeze).toBeLessThan(layers.length);
  });

  it('is cut at the pooled output for the head, and late by itself for the fine-tuning', async () => {
    const summary = await describing(withBackbone('paper', name));
    expect(summary.cuts[0]?.cutOutput.layer).toBe(POOLED);
    expect(frozenShare(summary, summary.cuts[entry.unfreeze]!)).toBeGreaterThanOrEqual(LEAST_FROZEN(name));
  });
});

describe('the presets', () => {
  it('leave out what belongs to one network', () => {
    for (const preset of presets) {
      const { backbone, phases } = written[preset]!;
      expect(Object.keys(backbone).filter((key) => !['name', 'weights'].includes(key))).toEqual([]);
      // A list of weights is not one network's: the first is taken that there is.
      expect([undefined, true]).toContain(
        backbone.weights === undefined ? undefined : Array.isArray(backbone.weights),
      );
      expect(phases.filter((phase) => 'unfreeze' in phase)).toEqual([]);
    }
  });

  it('draw chance in EfficientNet’s blocks in Notebook alone, whose cut is then early', async () => {
    for (const preset of presets) {
      const { backbone } = withBackbone(preset, 'efficientnetb0');
      expect(backbone['dropConnect'], preset).toBe(preset === 'notebook' ? 0.2 : 0);
    }
    const summary = await describing(withBackbone('notebook', 'efficientnetb0'));
    expect(summary.cuts[0]?.cutOutput.layer).toMatch(/^block2/u);
    expect(frozenShare(summary, summary.cuts[0]!)).toBeLessThan(0.2);
  });
});
