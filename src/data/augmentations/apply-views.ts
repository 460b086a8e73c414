/** Owns carrying a {@link ViewPlan} out on the host, in one pass a picture. */
import { PATCH_NUMBERS, type ViewPlan } from './plan-views.ts';

/**
 * Makes the planned view of each picture.
 *
 * @param pictures RGB uint8, `[count, size, size, 3]`
 * @returns `[count, size, size, 3]` in 0..255, not rounded
 */
export function applyViews(plan: ViewPlan, pictures: Uint8Array, size: number): Float32Array<ArrayBuffer> {
  const length = size * size * 3;
  const result = new Float32Array(plan.count * length);
  for (let i = 0; i < plan.count; i += 1) {
    const from = pictures.subarray(i * length, (i + 1) * length);
    const to = result.subarray(i * length, (i + 1) * length);
    transform(from, to, size, plan.transforms.subarray(i * 8, i * 8 + 8));
    changeContrast(to, size, plan.contrast[i]!);
    paint(to, size, plan.patches.subarray(i * PATCH_NUMBERS, (i + 1) * PATCH_NUMBERS));
  }
  return result;
}

/** Bilinear, reflected at the edges. */
function transform(from: Uint8Array, to: Float32Array, size: number, coefficients: Float32Array): void {
  if (isIdentity(coefficients)) {
    to.set(from);
    return;
  }
  const [a0, a1, a2, b0, b1, b2, c0, c1] = coefficients as unknown as readonly [
    number, number, number, number, number, number, number, number,
  ]; // oxfmt-ignore
  const last = size - 1;
  for (let y = 0, out = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1, out += 3) {
      const k = c0 * x + c1 * y + 1;
      const inX = reflect((a0 * x + a1 * y + a2) / k, size);
      const inY = reflect((b0 * x + b1 * y + b2) / k, size);
      // The last pixel is the neighbour, all the way off, of the one before it.
      const left = Math.min(Math.trunc(inX), last - 1);
      const top = Math.min(Math.trunc(inY), last - 1);
      const across = inX - left;
      const down = inY - top;
      const upperAt = (top * size + left) * 3;
      const lowerAt = upperAt + size * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        const upperLeft = from[upperAt + channel]!;
        const lowerLeft = from[lowerAt + channel]!;
        const upper = upperLeft + across * (from[upperAt + 3 + channel]! - upperLeft);
        const lower = lowerLeft + across * (from[lowerAt + 3 + channel]! - lowerLeft);
        to[out + channel] = upper + down * (lower - upper);
      }
    }
  }
}

/** Folds a coordinate back: `d c b a | a b c d | d c b a`, held within the pixels' centres. */
function reflect(coordinate: number, size: number): number {
  const last = size - 1;
  if (coordinate >= 0 && coordinate <= last) return coordinate;
  const period = 2 * size;
  // Pixel edges, not centres, are the mirrors: they lie half a pixel outside.
  const folded = (((coordinate + 0.5) % period) + period) % period;
  const inside = (folded > size ? period - folded : folded) - 0.5;
  return inside < 0 ? 0 : inside > last ? last : inside >= 0 ? inside : 0;
}

function changeContrast(picture: Float32Array, size: number, factor: number): void {
  if (factor === 1) return;
  for (let channel = 0; channel < 3; channel += 1) {
    const mean = meanOf(picture, size, channel);
    for (let at = channel; at < picture.length; at += 3) {
      const value = (picture[at]! - mean) * factor + mean;
      picture[at] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

/** Line by line, even columns and odd ones: in the order in which a kernel adds them up that shares lines among threads. */
function meanOf(picture: Float32Array, size: number, channel: number): number {
  let sum = 0;
  for (let line = channel; line < picture.length; line += size * 3) {
    let even = 0;
    let odd = 0;
    for (let x = 0; x < size; x += 2) even += picture[line + x * 3]!;
    for (let x = 1; x < size; x += 2) odd += picture[line + x * 3]!;
    sum += even + odd;
  }
  return sum / (size * size);
}

/** A pixel is painted when its number lies within the rectangle, as Keras' mask has it. */
function paint(picture: Float32Array, size: number, patch: Float32Array): void {
  const [left, top, right, bottom] = [patch[0]!, patch[1]!, patch[2]!, patch[3]!];
  for (let y = Math.ceil(top); y < bottom; y += 1) {
    for (let x = Math.ceil(left); x < right; x += 1) picture.set(patch.subarray(4), (y * size + x) * 3);
  }
}

function isIdentity(coefficients: Float32Array): boolean {
  return coefficients.every((value, index) => value === (index === 0 || index === 4 ? 1 : 0));
}
