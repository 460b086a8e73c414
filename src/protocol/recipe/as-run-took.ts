/** Owns the recipe that a run's record gives back: to be carried out as that run was. */
import type { RunResult } from '../events.ts';
import type { Recipe } from './recipe.ts';

/** The recipe with the ways that the run's matrix products took on WebGPU, where it did not go by the table. */
export function asRunTook<Taken extends Recipe>(
  recipe: Taken,
  { gpuKernels }: Pick<RunResult, 'gpuKernels'>,
): Taken {
  const isTable = gpuKernels == null || Object.keys(gpuKernels.ways).length === 0;
  return isTable ? recipe : Object.assign({}, recipe, { gpuKernels });
}
