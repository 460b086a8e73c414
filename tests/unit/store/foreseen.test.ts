/** What a recipe is said to take before it begins: by runs that were measured on the same device, or nothing. */
import { expect, it } from 'vitest';
import { foreseenSeconds } from '../../../src/store/foreseen.ts';
import { keptRun } from './samples.ts';

const pace = { device: 'wasm · 2 threads', pictures: 100, epochSeconds: [1, 4], besideSeconds: 5 };
const measured = { ...keptRun, pace };
const { recipe } = keptRun;
const [head, tuned] = recipe.phases.map(({ epochs }) => epochs);

it('by a run of the same network, cut and batch, by pictures and epochs', () => {
  const here = { device: pace.device, kept: [measured] };
  expect(foreseenSeconds(recipe, 100, here)).toBeCloseTo((head ?? 0) + 4 * (tuned ?? 0) + 5, 6);
  expect(foreseenSeconds(recipe, 300, here)).toBeCloseTo(3 * ((head ?? 0) + 4 * (tuned ?? 0) + 5), 6);
  const longer = { ...recipe, phases: recipe.phases.map((phase) => ({ ...phase, epochs: 10 })) };
  expect(foreseenSeconds(longer, 100, here)).toBeCloseTo(10 + 40 + 5, 6);
});

it('by nothing else', () => {
  expect(foreseenSeconds(recipe, 100, { device: 'WebGPU', kept: [measured] })).toBeNull();
  expect(foreseenSeconds(recipe, 100, { device: pace.device, kept: [keptRun] })).toBeNull();
  const wider = { ...recipe, batchSize: recipe.batchSize * 2 };
  expect(foreseenSeconds(wider, 100, { device: pace.device, kept: [measured] })).toBeNull();
  const deeper = {
    ...recipe,
    phases: recipe.phases.map((phase) => (phase.name === 'head' ? phase : { ...phase, unfreeze: 7 })),
  };
  expect(foreseenSeconds(deeper, 100, { device: pace.device, kept: [measured] })).toBeNull();
});
