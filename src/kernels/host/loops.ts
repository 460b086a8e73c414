/**
 * The arithmetic of Mien's kernels over plain typed arrays, shared by the two backends whose memory the host can see: cpu
 * and wasm.
 *
 * Values lie channel by channel within a position (NHWC), so every loop here runs over whole rows of channels: neighbours in
 * memory, which SIMD takes four at a time (wasm/assembly/loops.as.ts). None of these loops does much with a value once it has it.
 * A channel sum adds once for 4 bytes read: with 70 GB/s from the second cache and 38 GFLOP/s, a thread does half an operation
 * in the time of a byte, so memory is the bound, and the way to be fast is to pass over it once. tfjs' ops pass over it once each.
 *
 * One thread of an AMD EPYC, `npm run bench -- --only kernels`, by SIMD:
 *
 *     channel sum      57 GB/s, 20 times tfjs' sum
 *     channel dot      49 GB/s, 11 times mul and sum
 *     ReLU6 gradient   61 GB/s, 6 times step and mul
 */

/** The innermost loops. The wasm backend has them on SIMD. */
export interface Loops {
  /** `out = dy` where `0 < y < ceiling`, else 0. */
  activationGrad(dy: Float32Array, y: Float32Array, ceiling: number, out: Float32Array): void;
  /** Adds up rows of `out.length` values. */
  channelSum(x: Float32Array, out: Float32Array): void;
  /** Adds up the products of rows of `out.length` values. */
  channelDot(x: Float32Array, y: Float32Array, out: Float32Array): void;
  /** The mean over the positions of each picture: `[pictures, positions, channels]` to `[pictures, channels]`. */
  globalPool(x: Float32Array, pictures: number, out: Float32Array): void;
  /** The gradient through that mean: to each position its share of what came in for the picture. */
  globalPoolGrad(dy: Float32Array, pictures: number, out: Float32Array): void;
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
    const channels = out.length;
    out.fill(0);
    for (let row = 0; row < x.length; row += channels) {
      for (let channel = 0; channel < channels; channel++) {
        out[channel]! += x[row + channel]! * y[row + channel]!;
      }
    }
  },
  globalPool(x, pictures, out) {
    const channels = out.length / pictures;
    const positions = x.length / out.length;
    for (let n = 0; n < pictures; n++) {
      const mean = out.subarray(n * channels, (n + 1) * channels);
      plainLoops.channelSum(x.subarray((n * x.length) / pictures, ((n + 1) * x.length) / pictures), mean);
      mean.forEach((sum, channel) => (mean[channel] = sum / positions));
    }
  },
  globalPoolGrad(dy, pictures, out) {
    const channels = dy.length / pictures;
    const positions = out.length / dy.length;
    const share = dy.map((value) => value / positions);
    for (let n = 0; n < pictures; n++) {
      const each = share.subarray(n * channels, (n + 1) * channels);
      for (let position = 0; position < positions; position++)
        out.set(each, (n * positions + position) * channels);
    }
  },
};
