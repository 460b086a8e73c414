/**
 * Finds a learning rate for one phase of a recipe: carries the phases before it out, then tries rates out. Nothing that
 * it trains is kept, save what the frozen part computed, which the next run finds on the shelf.
 */
import type { RunEvent } from '../protocol/events.ts';
import { StudioError } from '../protocol/errors.ts';
import type { RatePoint, RateSweep } from '../protocol/rate-sweep.ts';
import type { Phase, Recipe } from '../protocol/recipe.ts';
import { runPhase } from '../training/phase.ts';
import { suggestRate } from '../training/rate-finder.ts';
import { sweepRates } from '../training/rate-sweep.ts';
import { Workbench, type WorkbenchInputs } from './workbench.ts';

/**
 * Leaves `network.model` as it was. A sweep that is stopped suggests what it can by the rates it has tried.
 *
 * @throws StudioError `recipe/no-such-phase`, `train/…` from the phases before; DOMException `AbortError` when cancelled
 */
export async function* findRate(
  inputs: WorkbenchInputs,
  phaseIndex: number,
): AsyncGenerator<RunEvent, RateSweep> {
  const { name } = phaseOf(inputs.recipe, phaseIndex);
  const bench = await Workbench.open(inputs);
  try {
    if (bench.notice !== null) yield bench.notice;
    const points = yield* pointsOf(bench, inputs, phaseIndex);
    return { phase: name, phaseIndex, points, suggested: suggestRate(points) };
  } finally {
    bench.dispose();
  }
}

/** @throws StudioError `recipe/no-such-phase` */
export function phaseOf({ phases }: Recipe, phaseIndex: number): Phase {
  const phase = phases[phaseIndex];
  if (phase !== undefined) return phase;
  throw new StudioError({
    code: 'recipe/no-such-phase',
    message: `A phase of the recipe was expected, 1 to ${phases.length.toString()}; phase ${(phaseIndex + 1).toString()} was asked for.`,
    hint: 'Name a phase that the recipe has.',
  });
}

async function* pointsOf(
  bench: Workbench,
  { recipe, control }: WorkbenchInputs,
  phaseIndex: number,
): AsyncGenerator<RunEvent, readonly RatePoint[]> {
  for (const [index, phase] of recipe.phases.slice(0, phaseIndex + 1).entries()) {
    if (control.isStopping) return [];
    const laidOut = bench.layOut(phase, index);
    if (index === phaseIndex) return yield* sweepRates(laidOut);
    yield* runPhase({ ...laidOut, start: null, onEpoch: () => undefined });
    bench.phaseEnded(index);
  }
  return [];
}
