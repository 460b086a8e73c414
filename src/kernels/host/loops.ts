/**
 * The arithmetic of Mien's kernels over plain typed arrays, shared by the two backends whose memory the host can
 * see: cpu and wasm. A pass over memory is the cost; one loop here replaces several tfjs ops.
 */

/** `out = dy` where `0 < y` (and `y < ceiling`), else 0. */
export function activationGrad(dy: Float32Array, y: Float32Array, ceiling: number, out: Float32Array): void {
  for (let index = 0; index < out.length; index++) {
    const value = y[index]!;
    out[index] = value > 0 && value < ceiling ? dy[index]! : 0;
  }
}

/** Adds up rows of `out.length` values. */
export function channelSum(x: Float32Array, out: Float32Array): void {
  const channels = out.length;
  out.fill(0);
  for (let row = 0; row < x.length; row += channels) {
    for (let channel = 0; channel < channels; channel++) {
      out[channel] = out[channel]! + x[row + channel]!;
    }
  }
}

/** Adds up the products of rows of `out.length` values. */
export function channelDot(x: Float32Array, y: Float32Array, out: Float32Array): void {
  const channels = out.length;
  out.fill(0);
  for (let row = 0; row < x.length; row += channels) {
    for (let channel = 0; channel < channels; channel++) {
      const index = row + channel;
      out[channel] = out[channel]! + x[index]! * y[index]!;
    }
  }
}

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

/**
 * Adds up a depthwise gradient, row of channels by row of channels: `sum[s + c] += a[..] * b[..]` for each output
 * position and filter tap. One flat set of loops for both gradients, because this is where the time goes: a callback
 * a tap is four times slower.
 */
function accumulateTaps(
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
            for (let c = 0; c < channels; c++) {
              sum[sumRow + c]! += other[otherRow + c]! * dy[dyRow + c]!;
            }
          }
        }
      }
    }
  }
}

/** Gradient of a depthwise filter, `[filterHeight, filterWidth, channels, 1]`. */
export function depthwiseFilterGrad(
  x: Float32Array,
  dy: Float32Array,
  shape: DepthwiseShape,
  out: Float32Array,
): void {
  out.fill(0);
  accumulateTaps(shape, 'filter', x, dy, out);
}

/** Gradient of a depthwise convolution's input. */
export function depthwiseInputGrad(
  dy: Float32Array,
  filter: Float32Array,
  shape: DepthwiseShape,
  out: Float32Array,
): void {
  out.fill(0);
  accumulateTaps(shape, 'input', filter, dy, out);
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
