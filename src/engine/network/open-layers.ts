/** Which layers a phase trains, and how they run: the one place that turns a phase's settings into that. */
import { firstTrainableOf } from '../../frozen/cut.ts';
import type { TrainableSet } from '../../models/program/unit.ts';
import type { FullPhase } from '../../protocol/recipe/full-recipe.ts';

/** Index of the first layer that trains in a phase. */
export function firstTrainableIn(phase: FullPhase, backboneLayers: number): number {
  return firstTrainableOf(backboneLayers, phase.name === 'head' ? 0 : phase.unfreeze);
}

/** How the layers behind a phase's cut run. */
export function openLayersOf(phase: FullPhase, backboneLayers: number): TrainableSet {
  const first = firstTrainableIn(phase, backboneLayers);
  return {
    isTrainable: (layer) => layer >= first,
    batchNorm: phase.name === 'head' ? 'inference' : phase.batchNorm,
  };
}
