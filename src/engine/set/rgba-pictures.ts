/** Pictures for the page: as the RGBA that a canvas takes, made small, and augmented. */
import { applyViews } from '../../data/augmentations/apply-views.ts';
import { planViews } from '../../data/augmentations/plan-views.ts';
import type { PictureStore } from '../../data/dataset.ts';
import { resizePicture } from '../../data/resize/resize.ts';
import type { RgbaPictures, RgbaViews } from '../../protocol/set/dataset.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';

/** Pictures of a store at `size` pixels a side, or at its own size where that is smaller. */
export async function thumbnailsOf(
  store: PictureStore,
  rows: readonly number[],
  size: number,
  signal: AbortSignal,
): Promise<RgbaPictures> {
  const side = Math.min(size, store.size);
  const rgb = new Uint8Array(rows.length * side * side * 3);
  const pictures = await store.read(rows, signal);
  const bytes = store.size * store.size * 3;
  for (let at = 0; at < rows.length; at++) {
    const data = pictures.subarray(at * bytes, (at + 1) * bytes);
    const picture = { width: store.size, height: store.size, channels: 3, data } as const;
    rgb.set(resizePicture(picture, side, 'area'), at * side * side * 3);
  }
  return { size: side, rows, rgba: rgbToRgba(rgb) };
}

/** The first `count` views of one picture of a store, as the recipe's augmentation makes them. */
export async function viewsOf(
  store: PictureStore,
  recipe: Recipe,
  row: number,
  count: number,
): Promise<RgbaViews> {
  const { size } = store;
  const bytes = await store.read([row]);
  const captions: string[] = [];
  const rgba = new Uint8ClampedArray(count * size * size * 4);
  for (let view = 0; view < count; view++) {
    const plan = planViews(recipe.augmentation, { seed: recipe.seed, rows: [row], view, size });
    rgba.set(valuesToRgba(applyViews(plan, bytes, size)), view * size * size * 4);
    captions.push(plan.captions[0] ?? '');
  }
  return { size, rows: Array.from({ length: count }, () => row), rgba, captions };
}

/** @param rgb uint8, any number of pictures */
export function rgbToRgba(rgb: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray((rgb.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from] ?? 0;
    rgba[to + 1] = rgb[from + 1] ?? 0;
    rgba[to + 2] = rgb[from + 2] ?? 0;
  }
  return rgba;
}

/** @param values floats of 0 to 255, rounded and clamped */
function valuesToRgba(values: Float32Array): Uint8ClampedArray<ArrayBuffer> {
  return rgbToRgba(Uint8Array.from(Uint8ClampedArray.from(values)));
}
