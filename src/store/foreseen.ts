/**
 * How long a recipe takes on this device, before it begins: by runs of the same network, cut and batch that were measured
 * here, and from nothing else. Early stopping may end it sooner, so it is what it takes at most.
 */
import { isSame } from '../lib/json.ts';
import type { FullRecipe } from '../protocol/recipe/full-recipe.ts';
import type { KeptRun } from '../protocol/runs/kept.ts';
import type { RunPace } from '../protocol/runs/pace.ts';

/** Where it is to run, and what has been measured. */
export interface Measured {
  /** The device, in the words of its report. */
  readonly device: string;
  /** Kept runs, the latest first. */
  readonly kept: readonly KeptRun[];
}

interface MeasuredRun {
  readonly recipe: FullRecipe;
  readonly pace: RunPace;
}

/**
 * Seconds at most, or null where no run was measured that tells.
 *
 * @param pictures training pictures of the recipe's set
 */
export function foreseenSeconds(
  recipe: FullRecipe,
  pictures: number,
  { device, kept }: Measured,
): number | null {
  const runs = kept.flatMap(({ recipe: of, pace }): MeasuredRun[] =>
    pace?.device === device && pace.pictures > 0 && isSame(stepOf(of), stepOf(recipe))
      ? [{ recipe: of, pace }]
      : [],
  );
  const phases = recipe.phases.map((phase) => {
    for (const run of runs) {
      const at = run.recipe.phases.findIndex((other) => isSame(cutOf(other), cutOf(phase)));
      const seconds = run.pace.epochSeconds[at] ?? null;
      if (seconds !== null) return { seconds: (phase.epochs * seconds * pictures) / run.pace.pictures, run };
    }
    return null;
  });
  const known = phases.flatMap((phase) => (phase === null ? [] : [phase]));
  if (known.length === 0 || known.length < phases.length) return null;
  const beside = Math.max(
    ...known.map(({ run: { pace } }) => (pace.besideSeconds * pictures) / pace.pictures),
  );
  return known.reduce((sum, { seconds }) => sum + seconds, beside);
}

/** What a step's time hangs on beside the cut. */
function stepOf({ backbone, image, batchSize, augmentation, cache, simd }: FullRecipe): unknown {
  const { weights: _, ...network } = backbone;
  return [network, image.size, batchSize, augmentation.views, cache, simd];
}

function cutOf(phase: FullRecipe['phases'][number]): unknown {
  return phase.name === 'head' ? ['head'] : [phase.name, phase.unfreeze, phase.batchNorm];
}
