/** How a pass through a program starts: without chance for looking, with it for learning. */
import type { Parameters } from './parameters.ts';
import type { Chance, Pass } from './unit.ts';

/** A forward pass that trains nothing: no dropout, averages everywhere. */
export function inferencePass(parameters: Parameters): Pass {
  return { ...trainingPass(parameters), training: false };
}

/** A pass that is followed by a backward one; without chance nothing is dropped. */
export function trainingPass(parameters: Parameters, chance: Chance | null = null): Pass {
  return { parameters, training: true, chance, gradients: new Map(), moved: new Map(), saved: new Map() };
}
