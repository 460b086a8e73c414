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
  const across = weightsOf(method, width, size);
  const down = weightsOf(method, height, size);
  // Since version 11 Pillow begins with the height where that is far less work.
  if (height > width * 100 && size < height) {
    return resizeAcross(resizeDown(data, width, down), size, width, across);
  }
  return resizeDown(resizeAcross(data, height, width, across), size, down);
}

/** Null where a side does not change: Pillow leaves that pass out. */
function weightsOf(method: ResizeMethod, from: number, to: number): Weights | null {
  if (from === to) return null;
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

/** `[rows, columns, 3]` to `[rows, across, 3]`. */
function resizeAcross(data: Uint8Array, rows: number, columns: number, across: Weights | null): Uint8Array {
  if (across === null) return data;
  const { starts, counts, stride, values } = across;
  const result = new Uint8Array(rows * starts.length * 3);
  for (let row = 0, out = 0; row < rows; row += 1) {
    const rowStart = row * columns * 3;
    for (let i = 0; i < starts.length; i += 1, out += 3) {
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

/** `[rows, columns, 3]` to `[down, columns, 3]`; row by row of the input, so that memory is read in order. */
function resizeDown(data: Uint8Array, columns: number, down: Weights | null): Uint8Array {
  if (down === null) return data;
  const { starts, counts, stride, values } = down;
  const rowBytes = columns * 3;
  const result = new Uint8Array(starts.length * rowBytes);
  const sums = new Int32Array(rowBytes);
  for (let i = 0; i < starts.length; i += 1) {
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
