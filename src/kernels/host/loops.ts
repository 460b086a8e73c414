/**
 * The arithmetic of Mien's kernels over plain typed arrays, shared by the two backends whose memory the host can
 * see: cpu and wasm. A pass over memory is the cost; one loop here replaces several tfjs ops.
 */

/** `out = dy` where `0 < y` (and `y < ceiling`), else 0. */
export function activationGrad(dy: Float32Array, y: Float32Array, ceiling: number, out: Float32Array): void {
  for (let index = 0; index < out.length; index++) {
    const value = y[index] as number;
    out[index] = value > 0 && value < ceiling ? (dy[index] as number) : 0;
  }
}

/** Adds up rows of `out.length` values. */
export function channelSum(x: Float32Array, out: Float32Array): void {
  const channels = out.length;
  out.fill(0);
  for (let row = 0; row < x.length; row += channels) {
    for (let channel = 0; channel < channels; channel++) {
      out[channel] = (out[channel] as number) + (x[row + channel] as number);
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
      out[channel] = (out[channel] as number) + (x[index] as number) * (y[index] as number);
    }
  }
}

/** What one Adam update reads. */
export interface AdamInputs {
  readonly value: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly gradient: Float32Array;
}

/** One Adam update of every value. @see keras.optimizers.Adam.update_step */
export function adam(
  from: AdamInputs,
  to: Omit<AdamInputs, 'gradient'>,
  rates: { readonly rate: number; readonly beta1: number; readonly beta2: number; readonly epsilon: number },
): void {
  const { rate, beta1, beta2, epsilon } = rates;
  for (let index = 0; index < to.value.length; index++) {
    const gradient = from.gradient[index] as number;
    const m0 = from.m[index] as number;
    const v0 = from.v[index] as number;
    const m1 = m0 + (gradient - m0) * (1 - beta1);
    const v1 = v0 + (gradient * gradient - v0) * (1 - beta2);
    to.m[index] = m1;
    to.v[index] = v1;
    to.value[index] = (from.value[index] as number) - (rate * m1) / (Math.sqrt(v1) + epsilon);
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

/** Calls `visit` with the start of each (input, output, filter) row of channels that meet. */
function forEachTap(shape: DepthwiseShape, visit: (x: number, y: number, w: number) => void): void {
  const { channels } = shape;
  for (let n = 0; n < shape.batch; n++) {
    for (let outY = 0; outY < shape.outHeight; outY++) {
      for (let ky = 0; ky < shape.filterHeight; ky++) {
        const inY = outY * shape.strideHeight + ky - shape.padTop;
        if (inY < 0 || inY >= shape.inHeight) continue;
        for (let outX = 0; outX < shape.outWidth; outX++) {
          for (let kx = 0; kx < shape.filterWidth; kx++) {
            const inX = outX * shape.strideWidth + kx - shape.padLeft;
            if (inX < 0 || inX >= shape.inWidth) continue;
            visit(
              ((n * shape.inHeight + inY) * shape.inWidth + inX) * channels,
              ((n * shape.outHeight + outY) * shape.outWidth + outX) * channels,
              (ky * shape.filterWidth + kx) * channels,
            );
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
  const { channels } = shape;
  forEachTap(shape, (xRow, yRow, wRow) => {
    for (let c = 0; c < channels; c++) {
      out[wRow + c] = (out[wRow + c] as number) + (x[xRow + c] as number) * (dy[yRow + c] as number);
    }
  });
}

/** Gradient of a depthwise convolution's input. */
export function depthwiseInputGrad(
  dy: Float32Array,
  filter: Float32Array,
  shape: DepthwiseShape,
  out: Float32Array,
): void {
  out.fill(0);
  const { channels } = shape;
  forEachTap(shape, (xRow, yRow, wRow) => {
    for (let c = 0; c < channels; c++) {
      out[xRow + c] = (out[xRow + c] as number) + (filter[wRow + c] as number) * (dy[yRow + c] as number);
    }
  });
}
