/**
 * Finds a learning rate for one phase of a recipe: carries the phases before it out, then tries rates out. Nothing that
 * it trains is kept, save what the frozen part computed, which the next run finds there.
 */
import type { RatePoint, RateSweep, RunEvent } from '../../protocol/events.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { Phase, Recipe } from '../../protocol/recipe/recipe.ts';
import { runPhase } from '../../training/phase.ts';
import { suggestRate } from '../../training/rate-finder.ts';
import { sweepRates } from '../../training/rate-sweep.ts';
import { PhaseSetup, type PhaseSetupInputs } from './phase-setup.ts';

/**
 * Leaves `network.model` as it was. A sweep that is stopped suggests what it can by the rates it has tried.
 *
 * @throws StudioError `recipe/no-such-phase`, `train/…` from the phases before; DOMException `AbortError` when cancelled
 */
export async function* findRate(
  inputs: PhaseSetupInputs,
  phaseIndex: number,
): AsyncGenerator<RunEvent, RateSweep> {
  const { name } = phaseOf(inputs.recipe, phaseIndex);
  const setup = await PhaseSetup.open(inputs);
  try {
    yield* setup.notices();
    const points = yield* pointsOf(setup, inputs, phaseIndex);
    return { phase: name, phaseIndex, points, suggested: suggestRate(points) };
  } finally {
    setup.dispose();
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
  setup: PhaseSetup,
  { recipe, control }: PhaseSetupInputs,
  phaseIndex: number,
): AsyncGenerator<RunEvent, readonly RatePoint[]> {
  for (const [index, phase] of recipe.phases.slice(0, phaseIndex + 1).entries()) {
    if (control.isStopping) return [];
    const inputsOfPhase = setup.layOut(phase, index);
    if (index === phaseIndex) return yield* sweepRates(inputsOfPhase);
    yield* runPhase({ ...inputsOfPhase, start: null, onEpoch: () => undefined });
    setup.phaseEnded(index);
  }
  return [];
}
