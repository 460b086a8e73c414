/**
 * Owns resizing: Pillow's two-pass resampling in its own fixed-point arithmetic, so that a picture here has the very
 * bytes that `Image.resize` gives it.
 *
 * @see Pillow `src/libImaging/Resample.c`
 */
import type { ResizeMethod } from '../protocol/recipe.ts';
import type { RgbPicture } from '../platform/platform.ts';

/** Eight bits of value, two of headroom for weights beyond one: 22 remain of 32. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

interface Filter {
  /** Half of the filter's width at scale 1, in pixels. */
  readonly support: number;
  weigh(x: number): number;
}

const FILTERS: Readonly<Record<ResizeMethod, Filter>> = {
  area: { support: 0.5, weigh: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  lanczos: { support: 3, weigh: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** The weights of one pass: output pixel i is made of `counts[i]` input pixels from `starts[i]` on. */
interface Weights {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** Weights of one output pixel. */
  readonly stride: number;
  /** Fixed point, `[output, stride]`. */
  readonly values: Int32Array;
}

/** A picture set has few picture sizes, so that the weights of a pass are made once and not per picture. */
const known = new Map<string, Weights>();
const MOST_KNOWN = 64;

/**
 * Resizes a picture to `size` x `size`, without keeping its aspect, as the paper's notebook does.
 *
 * @returns RGB uint8, `[size, size, 3]`; the picture's own bytes when it already has that size.
 * @see Pillow `Image.resize((size, size), resample)`; `area` is Pillow's `BOX`
 */
export function resizePicture(picture: RgbPicture, size: number, method: ResizeMethod): Uint8Array {
  const { width, height, data } = picture;
  // Pillow leaves a pass out when its side does not change.
  const across =
    width === size ? data : resizeAcross(data, height, width, size, weightsOf(method, width, size));
  return height === size ? across : resizeDown(across, size, size, weightsOf(method, height, size));
}

function weightsOf(method: ResizeMethod, from: number, to: number): Weights {
  const key = `${method} ${from} ${to}`;
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  if (known.size >= MOST_KNOWN) known.clear();
  const made = makeWeights(FILTERS[method], from, to);
  known.set(key, made);
  return made;
}

/** Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc`. */
function makeWeights(filter: Filter, from: number, to: number): Weights {
  const scale = from / to;
  const filterScale = Math.max(1, scale);
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(to);
  const counts = new Int32Array(to);
  const values = new Int32Array(to * stride);
  const weights = new Float64Array(stride);
  for (let i = 0; i < to; i += 1) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < count; k += 1) {
      // Multiplied by the reciprocal and not divided: the last bit decides a rounding now and then.
      weights[k] = filter.weigh((k + start - centre + 0.5) * (1 / filterScale));
      sum += weights[k]!;
    }
    for (let k = 0; k < count; k += 1) {
      const weight = (sum === 0 ? weights[k]! : weights[k]! / sum) * (1 << PRECISION_BITS);
      values[i * stride + k] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    starts[i] = start;
    counts[i] = count;
  }
  return { starts, counts, stride, values };
}

/** `[rows, from, 3]` to `[rows, to, 3]`. */
function resizeAcross(
  data: Uint8Array,
  rows: number,
  from: number,
  to: number,
  weights: Weights,
): Uint8Array {
  const { starts, counts, stride, values } = weights;
  const result = new Uint8Array(rows * to * 3);
  for (let row = 0, out = 0; row < rows; row += 1) {
    const rowStart = row * from * 3;
    for (let i = 0; i < to; i += 1, out += 3) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const first = i * stride;
      const last = first + counts[i]!;
      for (let k = first, at = rowStart + starts[i]! * 3; k < last; k += 1, at += 3) {
        const weight = values[k]!;
        red += Math.imul(data[at]!, weight);
        green += Math.imul(data[at + 1]!, weight);
        blue += Math.imul(data[at + 2]!, weight);
      }
      result[out] = clip(red);
      result[out + 1] = clip(green);
      result[out + 2] = clip(blue);
    }
  }
  return result;
}

/** `[from, columns, 3]` to `[to, columns, 3]`; row by row of the input, so that memory is read in order. */
function resizeDown(data: Uint8Array, columns: number, to: number, weights: Weights): Uint8Array {
  const { starts, counts, stride, values } = weights;
  const rowBytes = columns * 3;
  const result = new Uint8Array(to * rowBytes);
  const sums = new Int32Array(rowBytes);
  for (let i = 0; i < to; i += 1) {
    sums.fill(HALF);
    for (let k = 0; k < counts[i]!; k += 1) {
      const weight = values[i * stride + k]!;
      const from = (starts[i]! + k) * rowBytes;
      for (let x = 0; x < rowBytes; x += 1) sums[x] = sums[x]! + Math.imul(data[from + x]!, weight);
    }
    for (let x = 0; x < rowBytes; x += 1) result[i * rowBytes + x] = clip(sums[x]!);
  }
  return result;
}

function clip(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}
