/** Holds a recipe against the registries before anything is opened or fetched. */
import { checkAugmentation } from '../../data/augmentations/plan-views.ts';
import { findSource } from '../../data/sources/registry.ts';
import { backboneOptions, findBackbone } from '../../models/backbones/registry.ts';
import { checkOptions } from '../../protocol/options.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { updateRuleOf } from '../../training/optimizers/registry.ts';
import { checkedSchedule } from '../../training/schedules/registry.ts';

/** @throws StudioError `recipe/…`, which names the field */
export function checkRecipe(recipe: Recipe): void {
  const source = findSource(recipe.dataset.source);
  const owner = { field: 'dataset', entry: `the source ${source.entry.name}`, ownKeys: ['source'] };
  checkOptions(owner, source.entry.options, recipe.dataset);
  checkAugmentation(recipe.augmentation);
  backboneOptions(findBackbone(recipe.backbone.name), recipe.backbone);
  recipe.phases.forEach((phase, index) => {
    updateRuleOf(phase, index);
    checkedSchedule(phase, index);
  });
}
