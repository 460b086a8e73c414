/**
 * Owns the weights of resampling, as Pillow computes and rounds them.
 *
 * Let a side of `from` pixels become one of `to`, and scale = from / to. The middle of output pixel i lies at
 * c = (i + 0.5) scale on the input's axis, on which input pixel k covers k to k + 1. Its weight there is f((k + 0.5 - c) / w),
 * divided by the sum of all weights of i so that an even picture stays even. f is the filter: 1 within half a pixel (area), a
 * tent (bilinear), or sinc(x) sinc(x / 3) within 3 pixels (lanczos), the ideal low pass times a window that ends it. w is 1
 * where the picture grows, and the scale where it shrinks: then a filter as wide as the output's pixels takes out what those
 * cannot show. From 640 to 224 pixels lanczos has 17 weights for each output pixel.
 *
 * Weights become whole numbers of 2^-22, so that a sum of products with bytes is exact in 32 bits whatever the order, and the
 * picture's bytes are Pillow's and not nearly so. That also wants Pillow's own order of roundings in what comes before.
 *
 * @see Pillow `precompute_coeffs` and `normalize_coeffs_8bpc` in `src/libImaging/Resample.c`
 */
import type { ResizeMethod } from '../../protocol/recipe/recipe.ts';

/** Eight bits of value, two of headroom for weights beyond one: 22 remain of 32. */
export const PRECISION_BITS = 22;

/** The weights of one pass: output pixel i is made of `counts[i]` input pixels from `starts[i]` on. */
export interface Weights {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** Weights of one output pixel. */
  readonly stride: number;
  /** Fixed point, `[output, stride]`; 0 from the pixel's count on. */
  readonly values: Int32Array;
}

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

/** A set has few picture sizes, so that the weights of a pass are made once and not for each picture. */
const known = new Map<string, Weights>();
const MOST_KNOWN = 64;

/** The weights from one side's pixels to another's; null where it does not change: Pillow leaves that pass out. */
export function weightsOf(method: ResizeMethod, from: number, to: number): Weights | null {
  if (from === to) return null;
  const key = `${method} ${from} ${to}`;
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  if (known.size >= MOST_KNOWN) known.clear();
  const made = makeWeights(FILTERS[method], from, to);
  known.set(key, made);
  return made;
}

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

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}
