/**
 * Gradients of convolutions for the wasm backend, which ships none for filters and a slow one for inputs. Both become forward
 * convolutions, because those run on XNNPACK, with SIMD and threads.
 *
 * **By the filter.** Let X have a row for each output position with the input values under the filter
 * (`[positions, taps * inChannels]`), and dY a row for each with the gradients of its channels. Then dW = X^T dY. tfjs'
 * product with its first factor transposed does not reach XNNPACK (1.8 GFLOP/s); a 1x1 convolution does. So X is transposed
 * for good and read as one picture of k rows and as many channels as there are positions, and dY as the filter of a 1x1
 * convolution over it. Transposing moves 8 bytes for each value of X, which then takes part in 2 outChannels operations: with
 * 160 to 576 channels 40 to 144 a byte, where memory asks for half a one. A filter of 3x3 makes X nine times its
 * input, so it is built for a few pictures at a time.
 *
 * **By the input.** What each output took with weight w it now gives back with weight w: a convolution of dY with the filter
 * turned by half a circle and its two channel axes exchanged. Where the forward stride was s, s - 1 zeros stand between the
 * values of dY. An output at p reached the inputs p - padding to p - padding + side - 1, so the padding is side - 1 less the
 * forward one.
 *
 * One thread of an AMD EPYC, roof 38 GFLOP/s, `npm run bench -- --only kernels`, by the filter and by the input:
 *
 *     1x1 of 8x14x14x96 to 576     22 and 22 GFLOP/s, 12 times tfjs' transposed product and its input gradient
 *     1x1 of 8x7x7x960 to 160      21 and 20 GFLOP/s
 *     3x3 of 2x14x14x512 to 512    24 and 18 GFLOP/s; tfjs' forward pass has 19 to 22, its input gradient 2
 */
import * as tf from '@tensorflow/tfjs';
import { registerGradients, turned, type ConvInfo } from './gradient-kernels.ts';
import { wasmMemory } from './memory.ts';

/** Patches are built for as many pictures at a time as fit in this many bytes. */
const PATCH_BUDGET_BYTES = 64 * 2 ** 20;

/** `a^T b` for `a [rows, k]` and `b [rows, n]`: `[k, n]`. */
function transposedMatMul(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const [rows, k] = a.shape;
  const image = tf.reshape<tf.Rank.R4>(tf.transpose(a), [1, 1, k, rows]);
  const filter = tf.reshape<tf.Rank.R4>(b, [1, 1, rows, b.shape[1]]);
  return tf.reshape(tf.conv2d(image, filter, 1, 'valid'), [k, b.shape[1]]);
}

/**
 * Rows of input values under the filter, one row an output position:
 * `[batch * outHeight * outWidth, filterHeight * filterWidth * inChannels]`.
 */
function patches(x: tf.Tensor4D, info: ConvInfo): tf.Tensor2D {
  const { filterHeight, filterWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth } = info;
  const batch = x.shape[0];
  const width = filterHeight * filterWidth * inChannels;
  const memory = wasmMemory(tf.backend());
  const out = memory.allocate([batch * outHeight * outWidth, width]);
  const from = memory.view(x);
  const to = memory.view(out);
  to.fill(0);
  let row = 0;
  for (let n = 0; n < batch; n++) {
    for (let outY = 0; outY < outHeight; outY++) {
      for (let outX = 0; outX < outWidth; outX++, row += width) {
        for (let ky = 0; ky < filterHeight; ky++) {
          const inY = outY * strideHeight + ky - info.padInfo.top;
          if (inY < 0 || inY >= info.inHeight) continue;
          const left = outX * strideWidth - info.padInfo.left;
          const first = Math.max(0, -left);
          const last = Math.min(filterWidth, info.inWidth - left);
          const start = ((n * info.inHeight + inY) * info.inWidth + left + first) * inChannels;
          to.set(
            from.subarray(start, start + (last - first) * inChannels),
            row + (ky * filterWidth + first) * inChannels,
          );
        }
      }
    }
  }
  return tf.engine().makeTensorFromTensorInfo(out) as tf.Tensor2D;
}

function filterGrad(x: tf.Tensor4D, dy: tf.Tensor4D, info: ConvInfo): tf.Tensor4D {
  const { filterHeight, filterWidth, inChannels, outChannels, outHeight, outWidth } = info;
  const positions = outHeight * outWidth;
  const isMatMul = filterHeight * filterWidth * info.strideHeight * info.strideWidth === 1;
  const patchBytes = positions * filterHeight * filterWidth * inChannels * 4;
  const atATime = isMatMul ? info.batchSize : Math.max(1, Math.floor(PATCH_BUDGET_BYTES / patchBytes));
  let total: tf.Tensor2D | null = null;
  for (let from = 0; from < info.batchSize; from += atATime) {
    const count = Math.min(atATime, info.batchSize - from);
    const part: tf.Tensor2D = tf.tidy(() => {
      const some = count === info.batchSize ? x : tf.slice(x, [from, 0, 0, 0], [count, -1, -1, -1]);
      const dySome = count === info.batchSize ? dy : tf.slice(dy, [from, 0, 0, 0], [count, -1, -1, -1]);
      const rows = isMatMul ? tf.reshape(some, [-1, inChannels]) : patches(some, info);
      const product = transposedMatMul(rows as tf.Tensor2D, tf.reshape(dySome, [-1, outChannels]));
      return total === null ? product : tf.add(total, product);
    });
    total?.dispose();
    total = part;
  }
  return tf.reshape(total as unknown as tf.Tensor, [filterHeight, filterWidth, inChannels, outChannels]);
}

/** Puts zeros between the values of `dy`, so that a strided gradient becomes one of stride 1. */
function spread(dy: tf.Tensor4D, info: ConvInfo): tf.Tensor4D {
  const { strideHeight, strideWidth, outHeight, outWidth, outChannels } = info;
  if (strideHeight === 1 && strideWidth === 1) return dy;
  const height = (outHeight - 1) * strideHeight + 1;
  const width = (outWidth - 1) * strideWidth + 1;
  const memory = wasmMemory(tf.backend());
  const out = memory.allocate([dy.shape[0], height, width, outChannels]);
  const from = memory.view(dy);
  const to = memory.view(out);
  to.fill(0);
  for (let n = 0; n < dy.shape[0]; n++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        const source = ((n * outHeight + y) * outWidth + x) * outChannels;
        const target = ((n * height + y * strideHeight) * width + x * strideWidth) * outChannels;
        to.set(from.subarray(source, source + outChannels), target);
      }
    }
  }
  return tf.engine().makeTensorFromTensorInfo(out) as tf.Tensor4D;
}

/** Padding that makes a stride-1 convolution of the spread gradient as large as the input. */
function turnedPadding(info: ConvInfo): tf.backend_util.ExplicitPadding {
  const height = (info.outHeight - 1) * info.strideHeight + 1;
  const width = (info.outWidth - 1) * info.strideWidth + 1;
  const top = info.filterHeight - 1 - info.padInfo.top;
  const left = info.filterWidth - 1 - info.padInfo.left;
  return [
    [0, 0],
    [top, info.inHeight - height - top + info.filterHeight - 1],
    [left, info.inWidth - width - left + info.filterWidth - 1],
    [0, 0],
  ];
}

function inputGrad(dy: tf.Tensor4D, filter: tf.Tensor4D, info: ConvInfo): tf.Tensor4D {
  const filterBack = tf.transpose(turned(filter), [0, 1, 3, 2]);
  return tf.conv2d(spread(dy, info), filterBack, 1, turnedPadding(info));
}

/** Registers both gradients over whatever the wasm backend has. */
export function registerWasmConvolutionGradients(): void {
  registerGradients(
    { filter: 'Conv2DBackpropFilter', input: 'Conv2DBackpropInput' },
    {
      isDepthwise: false,
      filterGrad: (x, dy, info) => tf.tidy(() => filterGrad(x, dy, info)),
      inputGrad: (dy, filter, info) => tf.tidy(() => inputGrad(dy, filter, info)),
    },
  );
}
