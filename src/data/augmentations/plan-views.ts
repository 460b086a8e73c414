/**
 * Owns what happens to each picture in a view: all draws of all augmentations, folded into a few numbers a picture
 * that a host loop or a device kernel carries out in one pass.
 */
import { augmentationOptions } from '../../protocol/recipe/full-recipe.ts';
import type { Options } from '../../protocol/recipe/options.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { keyedRandom, type Seed } from '../../lib/random.ts';
import type { Augmentation, Draw } from './augmentation.ts';
import { compose, IDENTITY, type Projective } from './projective.ts';
import { augmentations } from './registry.ts';

/** Numbers of one patch: left, top, right, bottom, red, green, blue. */
export const PATCH_NUMBERS = 7;

/** What to do to each of `count` pictures: read through `transforms`, then `contrast`, then paint `patches`. */
export interface ViewPlan {
  readonly count: number;
  /**
   * `[count, 8]`: output pixel (x, y) is read bilinearly from ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), with
   * k = c0 x + c1 y + 1, reflected at the edges.
   *
   * @see TensorFlow `ImageProjectiveTransformV3`, fill mode REFLECT
   */
  readonly transforms: Float32Array<ArrayBuffer>;
  /** `[count]`: factor on the distance from each channel's mean after the transform; the result is clipped to 0..255. */
  readonly contrast: Float32Array<ArrayBuffer>;
  /** `[count, 7]`: a rectangle and its colour, painted last; empty (all 0) for none. */
  readonly patches: Float32Array<ArrayBuffer>;
  /** Each picture's draws in a few words, for example `flip, 7°`; empty when it stays as it is. */
  readonly captions: readonly string[];
}

/** Which pictures, and which view of them. */
export interface ViewKey {
  readonly seed: Seed;
  /** Row numbers after cleaning. */
  readonly rows: ArrayLike<number>;
  /** From 0; with `"fresh"` views, the epoch. */
  readonly view: number;
  /** The pictures' side in pixels. */
  readonly size: number;
}

/**
 * Plans one view of some pictures. The same seed, view and row give the same draws in whatever company.
 *
 * @throws StudioError `recipe/unknown-option`, `recipe/invalid`
 */
export function planViews(augmentation: Recipe['augmentation'], key: ViewKey): ViewPlan {
  const entries = augmentations.map(({ entry }) => entry);
  const options = augmentationOptions(augmentation, entries);
  const count = key.rows.length;
  const transforms = new Float32Array(count * 8);
  const contrast = new Float32Array(count).fill(1);
  const patches = new Float32Array(count * PATCH_NUMBERS);
  const captions: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const draws = drawAll(options, key, key.rows[i]!);
    transforms.set(toCoefficients(composeMaps(draws)), i * 8);
    for (const draw of draws) {
      if (draw.contrast !== undefined) contrast[i] = contrast[i]! * draw.contrast;
      if (draw.patch !== undefined) {
        const { left, top, right, bottom, colour } = draw.patch;
        patches.set([left, top, right, bottom, ...colour], i * PATCH_NUMBERS);
      }
    }
    captions.push(draws.map((draw) => draw.caption).join(', '));
  }
  return { count, transforms, contrast, patches, captions };
}

function drawAll(options: Options, { seed, view, size }: ViewKey, row: number): Draw[] {
  return augmentations.flatMap((augmentation: Augmentation) => {
    const random = keyedRandom(seed, augmentation.entry.name, view, row);
    return augmentation.draw(options, random, size) ?? [];
  });
}

function composeMaps(draws: readonly Draw[]): Projective {
  return draws.reduce((map, draw) => (draw.map === undefined ? map : compose(map, draw.map)), IDENTITY);
}

/** Scaled so that the last of the nine is 1. */
function toCoefficients(map: Projective): number[] {
  return map.slice(0, 8).map((value) => value / map[8]);
}
