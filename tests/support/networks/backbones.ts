/** A recipe's backbone as it runs, from what a test says of it. */
import { ENTRIES } from '../../../src/engine/catalog.ts';
import { fullBackbone, type FullBackbone } from '../../../src/protocol/recipe/full-recipe.ts';
import { RecipeSchema } from '../../../src/protocol/recipe/recipe.ts';

/** @param isOnBatch whether a phase would run BatchNorm on the batch */
export function backboneOf(written: unknown, isOnBatch = false): FullBackbone {
  return fullBackbone(RecipeSchema.shape.backbone.parse(written), ENTRIES.backbones, isOnBatch);
}
