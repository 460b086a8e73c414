/** The optimizers that Mien knows, in the order in which the page lists them. README.md tells how to add one. */
import { fullNamed } from '../../protocol/recipe/full-recipe.ts';
import { findKind } from '../../protocol/recipe/options.ts';
import type { Phase } from '../../protocol/recipe/recipe.ts';
import { adam, adamw } from './adam.ts';
import { sgd } from './sgd.ts';
import type { OptimizerKind, UpdateRule } from './update-rule.ts';

/** First the one of a phase that names none: Adam, as in the paper. */
export const OPTIMIZERS: readonly [OptimizerKind, ...OptimizerKind[]] = [adam, adamw, sgd];

/**
 * The rule by which a phase moves its weights, with its options checked and defaults filled in.
 *
 * @throws StudioError `recipe/invalid`, `recipe/unknown-option`, which name the field
 */
export function updateRuleOf({ optimizer }: Pick<Phase, 'optimizer'>, phaseIndex: number): UpdateRule {
  const entries = OPTIMIZERS.map(({ entry }) => entry);
  const { name, ...options } = fullNamed(optimizer, entries, `phases[${phaseIndex.toString()}].optimizer`);
  return findKind(OPTIMIZERS, name, 'optimizer').create(options);
}
