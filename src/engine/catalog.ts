/** What exists: the registries' entries, for the page and to hold recipes against, and the preset recipes. */
import { augmentations } from '../data/augmentations/registry.ts';
import { sources } from '../data/sources/registry.ts';
import { EXPORTERS } from '../exporters/registry.ts';
import { VERSION } from '../lib/version.ts';
import { BACKBONES } from '../models/backbones/registry.ts';
import type { Platform } from '../platform/platform.ts';
import type { Catalog, Preset } from '../protocol/catalog.ts';
import { fullRecipe, type Entries, type FullRecipe } from '../protocol/recipe/full-recipe.ts';
import { parseRecipe, type Recipe } from '../protocol/recipe/recipe.ts';
import { OPTIMIZERS } from '../training/optimizers/registry.ts';
import { SCHEDULES } from '../training/schedules/registry.ts';

/** File names in `public/recipes`, first the one that a new visitor gets. */
const PRESETS: readonly Omit<Preset, 'recipe'>[] = [
  {
    name: 'quick-look',
    label: 'Quick look',
    help: 'The drawn faces and starter weights: a minute or two, no download.',
  },
  {
    name: 'fast',
    label: 'Fast',
    help: 'The paper’s protocol with eight views of each picture, computed once.',
  },
  {
    name: 'paper',
    label: 'Paper',
    help: 'The protocol that the paper’s text describes, fresh views in every epoch.',
  },
  {
    name: 'notebook',
    label: 'Notebook',
    help: 'What the paper’s notebooks really ran: ±36° and BatchNorm on the batch.',
  },
];

/** What recipes are held against. */
export const ENTRIES: Entries = {
  sources: sources.map(({ entry }) => entry),
  backbones: BACKBONES.map(({ entry }) => entry),
  augmentations: augmentations.map(({ entry }) => entry),
  optimizers: OPTIMIZERS.map(({ entry }) => entry),
  schedules: SCHEDULES.map(({ entry }) => entry),
};

/**
 * A recipe with all that it leaves to the registries filled in: what runs, and what a run's record holds.
 *
 * @throws StudioError `recipe/…`, which names the field
 */
export const asRun = (recipe: Recipe): FullRecipe =>
  // Parsed again for the order of its fields: filled in twice, it is the same text.
  parseRecipe(fullRecipe(recipe, ENTRIES)) as FullRecipe;

/** @throws StudioError `net/asset-missing` or `recipe/invalid` when a shipped recipe is damaged */
export async function loadCatalog(platform: Platform): Promise<Catalog> {
  const presets = await Promise.all(
    PRESETS.map(async (preset): Promise<Preset> => {
      const source = await platform.openAsset(`recipes/${preset.name}.json`);
      const text = new TextDecoder().decode(await source.slice(0));
      return { ...preset, recipe: parseRecipe(JSON.parse(text)) };
    }),
  );
  return {
    version: VERSION,
    ...ENTRIES,
    exporters: EXPORTERS.map(({ entry }) => entry),
    presets,
  };
}
