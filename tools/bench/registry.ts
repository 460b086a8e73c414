/** The benchmarks, in the order in which they run. One line each. */
import type { Bench } from './bench.ts';
import { camera } from './cases/camera.ts';
import { convolution } from './cases/convolution.ts';
import { copies } from './cases/copies.ts';
import { device } from './cases/device.ts';
import { exportMemory } from './cases/export-memory.ts';
import { gpuRoofline } from './cases/gpu-roofline.ts';
import { gpuStep } from './cases/gpu-step.ts';
import { importing } from './cases/import.ts';
import { kept } from './cases/kept.ts';
import { kerasSteps } from './cases/keras-steps.ts';
import { gpuKernels, kernels, relaxedSimd } from './cases/kernels.ts';
import { memory } from './cases/memory.ts';
import { predict } from './cases/predict.ts';
import { profile } from './cases/profile.ts';
import { recipe, recipeStock } from './cases/recipe.ts';
import { recipe224 } from './cases/recipe-224.ts';
import { scaling } from './cases/scaling.ts';
import { scriptSeeds } from './cases/script-seeds.ts';
import { seeds } from './cases/seeds.ts';
import { studies } from './cases/studies.ts';
import { threads } from './cases/threads.ts';
import { weights } from './cases/weights.ts';

/** `npm run bench` runs all of them. */
export const BENCHES: readonly Bench[] = [
  recipe,
  recipeStock,
  recipe224,
  seeds,
  scriptSeeds,
  scaling,
  threads,
  memory,
  exportMemory,
  weights,
  importing,
  copies,
  kept,
  studies,
  predict,
  camera,
  kerasSteps,
  device,
  kernels,
  relaxedSimd,
  profile,
  gpuKernels,
  gpuRoofline,
  gpuStep,
  convolution,
];
