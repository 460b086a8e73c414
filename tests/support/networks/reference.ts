/** Linear layers as their definitions say, in float64, one product at a time: what kernels are held against. */
import type { ConvolutionCase } from './kernel-cases.ts';

/** Values of a layer's tensors, NHWC. */
interface LayerValues {
  readonly x: ArrayLike<number>;
  readonly filter: ArrayLike<number>;
  readonly dy: ArrayLike<number>;
}

/** Sums, and for each the sum of its terms' magnitudes: rounding is in proportion to these. */
export interface Sums {
  readonly values: Float64Array;
  readonly magnitudes: Float64Array;
}

/** A layer's output without bias, and the gradients by its input and its filter. */
export interface LayerSums {
  readonly forward: Sums;
  readonly inputGrad: Sums;
  readonly filterGrad: Sums;
}

/** Sides of the output, and what is missing above and left; as Keras pads. */
export function outputOf({ height, width, filter, stride, pad }: ConvolutionCase) {
  const along = (side: number, taps: number): { out: number; before: number } => {
    if (pad === 'valid') return { out: Math.floor((side - taps) / stride) + 1, before: 0 };
    const out = Math.ceil(side / stride);
    return { out, before: Math.floor(Math.max(0, (out - 1) * stride + taps - side) / 2) };
  };
  const [down, across] = [along(height, filter[0]), along(width, filter[1])];
  return { outHeight: down.out, outWidth: across.out, top: down.before, left: across.before };
}

/** All three, by walking over every product that there is. */
export function layerSums(test: ConvolutionCase, { x, filter, dy }: LayerValues): LayerSums {
  const sums = { forward: room(dy.length), inputGrad: room(x.length), filterGrad: room(filter.length) };
  eachProduct(test, (atX, atFilter, atY) => {
    add(sums.forward, atY, x[atX]! * filter[atFilter]!);
    add(sums.inputGrad, atX, dy[atY]! * filter[atFilter]!);
    add(sums.filterGrad, atFilter, x[atX]! * dy[atY]!);
  });
  return sums;
}

const room = (length: number): Sums => ({
  values: new Float64Array(length),
  magnitudes: new Float64Array(length),
});

function add({ values, magnitudes }: Sums, at: number, term: number): void {
  values[at]! += term;
  magnitudes[at]! += Math.abs(term);
}

function eachProduct(test: ConvolutionCase, visit: (x: number, filter: number, y: number) => void): void {
  const { kind, batch, height, width, channels, outChannels, filter, stride } = test;
  const { outHeight, outWidth, top, left } = outputOf(test);
  for (let position = 0; position < batch * outHeight * outWidth; position += 1) {
    const [n, line, column] = [
      Math.floor(position / (outHeight * outWidth)),
      Math.floor(position / outWidth) % outHeight,
      position % outWidth,
    ];
    for (let tap = 0; tap < filter[0] * filter[1]; tap += 1) {
      const y = line * stride + Math.floor(tap / filter[1]) - top;
      const across = column * stride + (tap % filter[1]) - left;
      if (y < 0 || y >= height || across < 0 || across >= width) continue;
      const xRow = ((n * height + y) * width + across) * channels;
      for (let input = 0; input < channels; input += 1) {
        if (kind === 'depthwise') {
          visit(xRow + input, tap * channels + input, position * channels + input);
          continue;
        }
        for (let output = 0; output < outChannels; output += 1) {
          const at = (tap * channels + input) * outChannels + output;
          visit(xRow + input, at, position * outChannels + output);
        }
      }
    }
  }
}
