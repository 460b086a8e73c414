/** RGB pictures as the RGBA that a canvas takes. */

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
export function valuesToRgba(values: Float32Array): Uint8ClampedArray<ArrayBuffer> {
  return rgbToRgba(Uint8Array.from(Uint8ClampedArray.from(values)));
}
