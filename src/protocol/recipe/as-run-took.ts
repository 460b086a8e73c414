/** Owns the recipe that a run's record gives back: to be carried out as that run was. */
import type { RunResult } from '../events.ts';
import type { Recipe } from './recipe.ts';

/**
 * The recipe with the ways that the run's matrix products took on WebGPU, where it did not go by the table, and with the SIMD
 * that all of it was computed with, where its browser did not have what was asked for.
 */
export function asRunTook<Taken extends Recipe>(
  recipe: Taken,
  { gpuKernels, simd = [] }: Pick<RunResult, 'gpuKernels' | 'simd'>,
): Taken {
  const isTable = gpuKernels == null || Object.keys(gpuKernels.ways).length === 0;
  const [only, ...others] = simd;
  return Object.assign({}, recipe, {
    ...(!isTable && { gpuKernels }),
    ...(only !== undefined && others.length === 0 && { simd: only }),
  });
}
