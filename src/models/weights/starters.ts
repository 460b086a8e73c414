/** Owns which starter weights are shipped, and for which network. One line each. */
import { StudioError } from '../../protocol/errors.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';

interface Starter {
  readonly backbone: string;
  readonly options: Readonly<Record<string, number>>;
  /** Path under `public/`. */
  readonly asset: string;
}

const STARTERS: readonly Starter[] = [
  { backbone: 'mobilenetv2', options: { alpha: 0.35 }, asset: 'starter/mobilenetv2-0.35.safetensors' },
];

/**
 * The shipped weights for a recipe's backbone, as a path under `public/`.
 *
 * @throws StudioError `model/weights-no-starter`
 */
export function starterAsset(recipe: Recipe['backbone']): string {
  const found = STARTERS.find(
    ({ backbone, options }) =>
      backbone === recipe.name && Object.entries(options).every(([name, value]) => recipe[name] === value),
  );
  if (found !== undefined) return found.asset;
  const known = STARTERS.map(({ backbone, options }) => `${backbone} ${JSON.stringify(options)}`).join(', ');
  throw new StudioError({
    code: 'model/weights-no-starter',
    message: `Starter weights are shipped for ${known}; the recipe asks for ${JSON.stringify(recipe)}.`,
    hint: 'Choose ImageNet or random weights, or the network that starter weights are shipped for.',
  });
}
