/** Owns the packing of decoded pixels that both platforms need. */

/**
 * Leaves the alpha out, as Pillow's `convert('RGB')` does: colours stay as they are stored.
 *
 * @param rgba `[pixels, 4]`
 * @returns `[pixels, 3]`
 */
export function rgbaToRgb(rgba: Uint8Array | Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}
