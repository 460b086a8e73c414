/** Owns colours: RGB triples in 0..255, mixing, and their CSS form. */

/** Red, green, blue, each 0..255. */
export type Rgb = readonly [number, number, number];

/** Reads `#rrggbb`. */
export function hex(text: string): Rgb {
  const value = Number.parseInt(text.slice(1), 16);
  if (text.length !== 7 || Number.isNaN(value)) throw new TypeError(`hex: expected #rrggbb, got ${text}`);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** From a (t = 0) to b (t = 1). */
export function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** Darker and a little warmer, as skin in shade is: light under skin is red. */
export function shaded(colour: Rgb, amount: number): Rgb {
  return [colour[0] * (1 - amount * 0.85), colour[1] * (1 - amount), colour[2] * (1 - amount)];
}

/** Lighter. */
export function lit(colour: Rgb, amount: number): Rgb {
  return mix(colour, [255, 250, 240], amount);
}

/** Perceived lightness, 0..1 (Rec. 601 luma). */
export function luma(colour: Rgb): number {
  return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255;
}

/** CSS colour with alpha. */
export function css(colour: Rgb, alpha = 1): string {
  const [r, g, b] = colour.map((v) => Math.round(Math.max(0, Math.min(255, v))));
  return `rgba(${r},${g},${b},${alpha.toFixed(3)})`;
}
