/** The optimizers that Mien knows, in the order in which the page lists them. README.md tells how to add one. */
import { StudioError } from '../../protocol/errors.ts';
import { checkOptions } from '../../protocol/options.ts';
import type { Phase } from '../../protocol/recipe.ts';
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
export function updateRuleOf(
  { optimizer = { name: OPTIMIZERS[0].entry.name } }: Phase,
  phaseIndex: number,
): UpdateRule {
  const field = `phases[${phaseIndex.toString()}].optimizer`;
  const kind = OPTIMIZERS.find(({ entry }) => entry.name === optimizer.name);
  if (kind === undefined) {
    const known = OPTIMIZERS.map(({ entry }) => entry.name).join(', ');
    throw new StudioError({
      code: 'recipe/invalid',
      message: `Recipe field ${field}.name takes one of: ${known}. Came: ${optimizer.name}.`,
      hint: 'Correct the name in the recipe.',
    });
  }
  const { name, options } = kind.entry;
  return kind.create(checkOptions({ field, entry: name, ownKeys: ['name'] }, options, optimizer));
}
