/**
 * The arithmetic of Mien's kernels over plain typed arrays, shared by the two backends whose memory the host can see: cpu
 * and wasm.
 *
 * Values lie channel by channel within a position (NHWC), so every loop here runs over whole rows of channels: neighbours in
 * memory, which SIMD takes four at a time (wasm/simd-loops.wat). None of these loops does much with a value once it has it.
 * A channel sum adds once for 4 bytes read, Adam does a dozen operations for 16 bytes read and 12 written: with 70 GB/s from
 * the second cache and 38 GFLOP/s, a thread does half an operation in the time of a byte, so memory is the bound for both, and
 * the way to be fast is to pass over it once. tfjs' ops pass over it once each: ten times for Adam.
 *
 * The gradients of depthwise convolutions are such loops as well: for each output position and tap, a row of channels of the
 * one times a row of the other is added to a third. That is 2 operations for 12 bytes read and 4 written, an eighth of one a
 * byte, and a seventh of the roof is reached. Sums that stayed in registers would leave out half of those bytes.
 *
 * One thread of an AMD EPYC, `npm run bench -- --only kernels`, by SIMD:
 *
 *     channel sum      25 GB/s, 12 times tfjs' sum       depthwise filter gradient   4.4 to 6.1 GFLOP/s
 *     channel dot      36 GB/s, 11 times mul and sum     by the input, stride 2      4.5 GFLOP/s
 *     ReLU6 gradient   44 GB/s, 6 times step and mul     either in JavaScript        0.5 GFLOP/s
 *     Adam             20 GB/s, 5 times the ops
 */
import type { MienUpdateKernels } from '../signatures.ts';

/** A weight and the two moments of its gradient. */
export type AdamState = readonly [value: Float32Array, m: Float32Array, v: Float32Array];

/** The innermost loops. The wasm backend has them on SIMD. */
export interface Loops {
  /** `out = dy` where `0 < y < ceiling`, else 0. */
  activationGrad(dy: Float32Array, y: Float32Array, ceiling: number, out: Float32Array): void;
  /** Adds up rows of `out.length` values. */
  channelSum(x: Float32Array, out: Float32Array): void;
  /** Adds up the products of rows of `out.length` values. */
  channelDot(x: Float32Array, y: Float32Array, out: Float32Array): void;
  /** `sum += a * b` for `count` values, each from a place of its own on. */
  multiplyAdd(
    sum: Float32Array, sumAt: number, a: Float32Array, aAt: number, b: Float32Array, bAt: number, count: number,
  ): void; // prettier-ignore
  /** One step of Adam: reads `from`, writes `to`. @see keras.optimizers.Adam.update_step */
  adam(
    gradient: Float32Array,
    from: AdamState,
    to: AdamState,
    attrs: MienUpdateKernels['MienAdam']['attrs'],
  ): void;
}

/** In plain JavaScript. */
export const plainLoops: Loops = {
  activationGrad(dy, y, ceiling, out) {
    for (let index = 0; index < out.length; index++) {
      const value = y[index]!;
      out[index] = value > 0 && value < ceiling ? dy[index]! : 0;
    }
  },
  channelSum(x, out) {
    const channels = out.length;
    out.fill(0);
    for (let row = 0; row < x.length; row += channels) {
      for (let channel = 0; channel < channels; channel++) {
        out[channel] = out[channel]! + x[row + channel]!;
      }
    }
  },
  channelDot(x, y, out) {
    out.fill(0);
    for (let row = 0; row < x.length; row += out.length) {
      plainLoops.multiplyAdd(out, 0, x, row, y, row, out.length);
    }
  },
  multiplyAdd(sum, sumAt, a, aAt, b, bAt, count) {
    for (let index = 0; index < count; index++) sum[sumAt + index]! += a[aAt + index]! * b[bAt + index]!;
  },
  adam(gradient, [value, m, v], [toValue, toM, toV], { rate, beta1, beta2, epsilon, decay }) {
    for (let index = 0; index < gradient.length; index++) {
      const g = gradient[index]!;
      const m0 = m[index]!;
      const v0 = v[index]!;
      const m1 = m0 + (g - m0) * (1 - beta1);
      const v1 = v0 + (g * g - v0) * (1 - beta2);
      toM[index] = m1;
      toV[index] = v1;
      toValue[index] = value[index]! * (1 - decay) - (rate * m1) / (Math.sqrt(v1) + epsilon);
    }
  },
};

/** Sizes of a depthwise convolution, NHWC. */
export interface DepthwiseShape {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly channels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** Adds up a depthwise gradient, row of channels by row of channels, for each output position and filter tap. */
function accumulateTaps(
  loops: Loops,
  shape: DepthwiseShape,
  of: 'filter' | 'input',
  other: Float32Array,
  dy: Float32Array,
  sum: Float32Array,
): void {
  const { channels, batch, outHeight, outWidth, filterHeight, filterWidth, inHeight, inWidth } = shape;
  for (let n = 0; n < batch; n++) {
    for (let outY = 0; outY < outHeight; outY++) {
      for (let ky = 0; ky < filterHeight; ky++) {
        const inY = outY * shape.strideHeight + ky - shape.padTop;
        if (inY < 0 || inY >= inHeight) continue;
        for (let outX = 0; outX < outWidth; outX++) {
          const dyRow = ((n * outHeight + outY) * outWidth + outX) * channels;
          for (let kx = 0; kx < filterWidth; kx++) {
            const inX = outX * shape.strideWidth + kx - shape.padLeft;
            if (inX < 0 || inX >= inWidth) continue;
            const inputRow = ((n * inHeight + inY) * inWidth + inX) * channels;
            const filterRow = (ky * filterWidth + kx) * channels;
            const sumRow = of === 'filter' ? filterRow : inputRow;
            const otherRow = of === 'filter' ? inputRow : filterRow;
            loops.multiplyAdd(sum, sumRow, other, otherRow, dy, dyRow, channels);
          }
        }
      }
    }
  }
}

/** Gradient of a depthwise filter, `[filterHeight, filterWidth, channels, 1]`. */
export function depthwiseFilterGrad(
  loops: Loops,
  x: Float32Array,
  dy: Float32Array,
  shape: DepthwiseShape,
  out: Float32Array,
): void {
  out.fill(0);
  accumulateTaps(loops, shape, 'filter', x, dy, out);
}

/** Gradient of a depthwise convolution's input. */
export function depthwiseInputGrad(
  loops: Loops,
  dy: Float32Array,
  filter: Float32Array,
  shape: DepthwiseShape,
  out: Float32Array,
): void {
  out.fill(0);
  accumulateTaps(loops, shape, 'input', filter, dy, out);
}

/** Gradient of a mean over `positions`: each picture's row of `channels`, divided and repeated. */
export function globalPoolGrad(
  dy: Float32Array,
  positions: number,
  channels: number,
  out: Float32Array,
): void {
  const share = dy.map((value) => value / positions);
  for (let row = 0; row < dy.length / channels; row++) {
    const each = share.subarray(row * channels, (row + 1) * channels);
    for (let position = 0; position < positions; position++)
      out.set(each, (row * positions + position) * channels);
  }
}
