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

/**
 * Print colours to RGB as Pillow's `convert('RGB')` does it, without a colour profile.
 *
 * @param cmyk `[pixels, 4]`, 0 for no ink
 * @returns `[pixels, 3]`
 * @see Pillow `cmyk2rgb` in `src/libImaging/Convert.c`
 */
export function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4, to += 3) {
    const white = 255 - cmyk[from + 3]!;
    for (let channel = 0; channel < 3; channel += 1) {
      // Pillow's MULDIV255: a division by 255, rounded.
      const product = cmyk[from + channel]! * white + 128;
      rgb[to + channel] = white - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}
