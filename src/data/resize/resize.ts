/**
 * Owns resizing: Pillow's two-pass resampling in its own fixed-point arithmetic, so that a picture here has the very
 * bytes that `Image.resize` gives it.
 *
 * @see Pillow `src/libImaging/Resample.c`
 */
import { rgbaToRgb } from '../../platform/pictures/pixels.ts';
import type { RgbPicture } from '../../platform/platform.ts';
import type { ResizeMethod } from '../../protocol/recipe/recipe.ts';
import { resizeByKernel } from './resize-kernel.ts';
import { resizeAcross, resizeDown } from './resize-scalar.ts';
import { weightsOf } from './resize-weights.ts';

/**
 * Resizes a picture to `size` x `size`, without keeping its aspect, as the paper's notebook does.
 *
 * @returns RGB uint8, `[size, size, 3]`; the picture's own bytes when it already has that size.
 * @see Pillow `Image.resize((size, size), resample)`; `area` is Pillow's `BOX`
 */
export function resizePicture(picture: RgbPicture, size: number, method: ResizeMethod): Uint8Array {
  const { width, height } = picture;
  if (width === size && height === size) return toRgb(picture);
  const across = weightsOf(method, width, size);
  const down = weightsOf(method, height, size);
  // Since version 11 Pillow begins with the height where that is far less work.
  if (height > width * 100 && size < height) {
    return resizeAcross(resizeDown(toRgb(picture), width, down), size, width, across);
  }
  return (
    resizeByKernel(picture, across, down) ??
    resizeDown(resizeAcross(toRgb(picture), height, width, across), size, down)
  );
}

function toRgb({ channels, data }: RgbPicture): Uint8Array {
  return channels === 3 ? data : rgbaToRgb(data);
}
