/** Holds augmented views, the host's and wasm's, to Keras' layers (tests/parity/data/make_view_goldens.py), and to their keys. */
import { beforeAll, describe, expect, it } from 'vitest';
import { applyViews } from '../../../src/data/augmentations/apply-views.ts';
import type { Augmentation, Draw } from '../../../src/data/augmentations/augmentation.ts';
import { contrast } from '../../../src/data/augmentations/contrast.ts';
import { horizontalFlip } from '../../../src/data/augmentations/horizontal-flip.ts';
import { planViews, type ViewPlan } from '../../../src/data/augmentations/plan-views.ts';
import { compose, fromCorners, IDENTITY, type Point } from '../../../src/data/augmentations/projective.ts';
import { rotation } from '../../../src/data/augmentations/rotation.ts';
import { zoom } from '../../../src/data/augmentations/zoom.ts';
import type { KeyedRandom } from '../../../src/lib/random.ts';
import { PREPROCESSING_MODES } from '../../../src/models/backbones/backbone.ts';
import golden from '../../parity/data/goldens/views.json';
import { useBackend } from '../../support/backends.ts';
import { viewsByKernel } from '../../support/networks/views.ts';
import { errorOf } from './studio-error.ts';

const { size } = golden;

/** The picture that the golden script makes. */
function noise(side: number): Uint8Array {
  let state = 5;
  return Uint8Array.from({ length: side * side * 3 }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** Draws whatever is given, and always flips. */
function fixed(value: number): KeyedRandom {
  return { nextUint32: () => 0, uniform: () => value, normal: () => value, bernoulli: () => true };
}

function drawOf(augmentation: Augmentation, options: Record<string, number | boolean>, value: number): Draw {
  return augmentation.draw(options, fixed(value), size)!;
}

function planOf(draw: Draw): ViewPlan {
  const { map = IDENTITY, contrast: factor = 1, patch } = draw;
  const colour = patch?.colour ?? [0, 0, 0];
  const box = [patch?.left ?? 0, patch?.top ?? 0, patch?.right ?? 0, patch?.bottom ?? 0, ...colour];
  return {
    count: 1,
    transforms: Float32Array.from(map.slice(0, 8)),
    contrast: Float32Array.of(factor),
    patches: Float32Array.from(box),
    captions: [''],
  };
}

/** Goldens are rounded to hundredths, and Keras places pixels in single precision. */
function expectPixels(draw: Draw, pixels: readonly number[]): void {
  const plan = planOf(draw);
  const { none } = PREPROCESSING_MODES;
  for (const found of [applyViews(plan, noise(size), size), viewsByKernel(plan, noise(size), size, none)]) {
    const worst = Math.max(...pixels.map((pixel, index) => Math.abs(pixel - found[index]!)));
    expect(worst).toBeLessThan(0.02);
  }
}

beforeAll(() => useBackend('wasm'));

describe('each augmentation means what Keras means by it', () => {
  it('flips as RandomFlip', () => {
    expectPixels(drawOf(horizontalFlip, { horizontalFlip: true }, 0), golden.flip);
  });

  it.each(golden.rotations)('rotates as RandomRotation, $degrees°', ({ degrees, pixels }) => {
    expectPixels(drawOf(rotation, { rotationDegrees: 180 }, degrees), pixels);
  });

  it.each(golden.zooms)('zooms as RandomZoom, $factor', ({ factor, pixels }) => {
    expectPixels(drawOf(zoom, { zoom: 0.5 }, factor), pixels);
  });

  it.each(golden.contrasts)('changes contrast as RandomContrast, $factor', ({ factor, pixels }) => {
    expectPixels(drawOf(contrast, { contrast: 0.5 }, factor), pixels);
  });

  it('paints over as RandomErasing', () => {
    const { pixels, colour, ...box } = golden.patch;
    const [red, green, blue] = colour as [number, number, number];
    expectPixels({ patch: { ...box, colour: [red, green, blue] }, caption: '' }, pixels);
  });

  it('composes flip, rotation and zoom into one resampling', () => {
    const { degrees, factor, pixels } = golden.composed;
    const draws = [
      drawOf(horizontalFlip, { horizontalFlip: true }, 0),
      drawOf(rotation, { rotationDegrees: 180 }, degrees),
      drawOf(zoom, { zoom: 0.5 }, factor),
    ];
    const map = draws.reduce((whole, draw) => compose(whole, draw.map ?? IDENTITY), IDENTITY);
    expectPixels({ map, caption: '' }, pixels);
  });

  it('finds the perspective that Keras finds', () => {
    const end = size - 1;
    const square: Point[] = [
      [0, 0],
      [end, 0],
      [0, end],
      [end, end],
    ];
    const found = fromCorners(square, golden.perspective.corners as unknown as Point[]);
    for (const [index, value] of golden.perspective.coefficients.entries()) {
      expect(found[index]).toBeCloseTo(value, 4);
    }
  });
});

describe('planViews', () => {
  const recipe = {
    views: 8,
    horizontalFlip: true,
    rotationDegrees: 10,
    zoom: 0.1,
    contrast: 0.1,
    pose: 0.05,
    occlusion: 0.5,
  };

  it('draws for a row what it draws for it alone, in any order', () => {
    const together = planViews(recipe, { seed: 42, rows: [5, 900, 3], view: 2, size });
    for (const [at, row] of [5, 900, 3].entries()) {
      const alone = planViews(recipe, { seed: 42, rows: [row], view: 2, size });
      expect(alone.transforms).toEqual(together.transforms.slice(at * 8, at * 8 + 8));
      expect(alone.contrast).toEqual(together.contrast.slice(at, at + 1));
      expect(alone.patches).toEqual(together.patches.slice(at * 7, at * 7 + 7));
      expect(alone.captions[0]).toBe(together.captions[at]);
    }
  });

  it('draws anew for another view and another seed', () => {
    const plan = planViews(recipe, { seed: 42, rows: [5], view: 0, size });
    expect(planViews(recipe, { seed: 42, rows: [5], view: 1, size }).transforms).not.toEqual(plan.transforms);
    expect(planViews(recipe, { seed: 43, rows: [5], view: 0, size }).transforms).not.toEqual(plan.transforms);
  });

  it('keeps the draws of the others when one augmentation is taken out', () => {
    const key = { seed: 42, rows: Array.from({ length: 20 }, (_, row) => row), view: 0, size };
    const { rotationDegrees: _, ...withoutRotation } = recipe;
    expect(planViews(withoutRotation, key).contrast).toEqual(planViews(recipe, key).contrast);
    expect(planViews(withoutRotation, key).patches).toEqual(planViews(recipe, key).patches);
  });

  it('leaves pictures alone when nothing is asked for', () => {
    const plan = planViews({ views: 1 }, { seed: 1, rows: [0], view: 0, size });
    expect(plan.captions).toEqual(['']);
    expect(Array.from(applyViews(plan, noise(size), size))).toEqual(Array.from(noise(size)));
  });

  it('keeps every draw within what the recipe allows, and uses the whole range', () => {
    const rows = Array.from({ length: 500 }, (_, row) => row);
    const plan = planViews({ views: 1, contrast: 0.2 }, { seed: 3, rows, view: 0, size });
    expect(Math.min(...plan.contrast)).toBeGreaterThanOrEqual(Math.fround(0.8));
    expect(Math.min(...plan.contrast)).toBeLessThan(0.81);
    expect(Math.max(...plan.contrast)).toBeGreaterThan(1.19);
    expect(Math.max(...plan.contrast)).toBeLessThanOrEqual(Math.fround(1.2));
  });

  it('names the field that is wrong', async () => {
    const key = { seed: 1, rows: [0], view: 0, size };
    const unknown = await errorOf(() => planViews({ views: 1, horizontalflip: true }, key));
    expect(unknown.code).toBe('recipe/unknown-option');
    expect(unknown.message).toContain('augmentation.horizontalflip');
    const tooMuch = await errorOf(() => planViews({ views: 1, zoom: 3 }, key));
    expect(tooMuch.code).toBe('recipe/invalid');
    expect(tooMuch.message).toContain('augmentation.zoom: expected a number from 0 to 0.9');
  });
});
