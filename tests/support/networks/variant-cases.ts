/**
 * A way that WebGPU lays a matrix product out, on one shape, against sums in float64. Its activations may be stored as halves,
 * where their channels come in fours.
 */
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { canBeHalved, halvedShape, isHalved } from '../../../src/kernels/halved.ts';
import { gpuOf } from '../../../src/kernels/webgpu/gpu.ts';
import {
  classOf,
  takeChoice,
  VARIANTS,
  variantOf,
  type Operation,
  type VariantName,
} from '../../../src/kernels/webgpu/linear/variants.ts';
import { outShapeOf, shapeOf, type LinearShape } from '../../../src/kernels/webgpu/shape.ts';
import { fromHalves, toHalves } from '../../../src/lib/bytes/float16.ts';
import { keyedRandom } from '../../../src/lib/random.ts';
import type { ConvolutionCase } from './kernel-cases.ts';

interface Factors {
  readonly x: Float32Array;
  readonly filter: Float32Array;
  readonly dz: Float32Array;
  readonly bias: Float32Array;
}

/** Values of an operation's outputs, as the variant has them and as they are. */
export interface VariantResult {
  readonly computed: readonly Float32Array[];
  readonly exact: readonly Float64Array[];
}

/** The WebGPU backend is the current one, and takes what its table says again. */
export async function variantResult(
  test: ConvolutionCase,
  operation: Operation,
  variant: VariantName,
  halves = false,
): Promise<VariantResult> {
  const gpu = gpuOf(tf.backend());
  const { batch, height, width, channels, outChannels, filter: side, stride, pad } = test;
  const attrs = { kind: 'conv', strides: [stride, stride], pad } as const;
  const [inShape, filterShape] = [
    [batch, height, width, channels],
    [...side, channels, outChannels],
  ];
  const shape = shapeOf(inShape, filterShape, attrs);
  const outShape = outShapeOf(inShape, filterShape, attrs);
  const random = keyedRandom(1, 'factors');
  const draw = (sides: readonly number[]): Float32Array =>
    Float32Array.from({ length: sides.reduce((a, b) => a * b, 1) }, () => random.uniform(-1, 1));
  const factors: Factors = {
    // Halves hold these without rounding.
    x: halves && canBeHalved(channels) ? fromHalves(toHalves(draw(inShape))) : draw(inShape),
    filter: draw(filterShape),
    dz: draw(outShape),
    bias: draw([outChannels]),
  };
  takeChoice(gpu, { [classOf(operation, shape)]: variant });
  expect(variantOf(gpu, operation, shape)).toBe(VARIANTS[variant]);
  const tensors = tf.tidy(() => outputsOf(operation, factors, test, outShape, halves));
  takeChoice(gpu, {});
  const computed = await Promise.all(tensors.map(valuesOf));
  tf.dispose(tensors);
  return { computed, exact: exactResults({ ...shape, ...spatial(test, outShape) }, factors)[operation] };
}

/** What a tensor stores, as halves or not. */
async function valuesOf(tensor: tf.Tensor): Promise<Float32Array> {
  if (!isHalved(tensor)) return tensor.data<'float32'>();
  return fromHalves(new Uint16Array((await tensor.data<'int32'>()).buffer));
}

/** A 1x1 convolution's shape has no pictures; these are its sizes again. */
function spatial(
  { batch, height, width }: ConvolutionCase,
  outShape: readonly number[],
): Partial<LinearShape> {
  return { batch, inHeight: height, inWidth: width, outHeight: outShape[1] ?? 1, outWidth: outShape[2] ?? 1 };
}

function outputsOf(
  operation: Operation,
  factors: Factors,
  { batch, height, width, channels, outChannels, filter: side, stride, pad }: ConvolutionCase,
  outShape: readonly number[],
  halves: boolean,
): tf.Tensor[] {
  const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor[] =>
    [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attrs as tf.NamedAttrMap)].flat();
  const attrs = { kind: 'conv', strides: [stride, stride], pad };
  const inShape = [batch, height, width, channels];
  const x =
    halves && canBeHalved(channels)
      ? tf.tensor(new Int32Array(toHalves(factors.x).buffer), halvedShape(inShape), 'int32')
      : tf.tensor(factors.x, inShape);
  const filter = tf.tensor(factors.filter, [...side, channels, outChannels]);
  const dz = tf.tensor(factors.dz, [...outShape]);
  const bias = tf.tensor(factors.bias);
  if (operation === 'forward')
    return run(
      'MienLinear',
      { x, filter, bias },
      { ...attrs, activation: 'relu', asHalves: halves && canBeHalved(outChannels) },
    );
  if (operation === 'filterGrad') return run('MienLinearGrads', { x, dz, filter }, { ...attrs, epsilon: 0 });
  return run('MienLinearInputGrad', { dz, filter, x }, { ...attrs, inputShape: inShape, activation: 'relu' });
}

/** By the definition of a convolution; the input's gradient is masked by where the input is above 0. */
function exactResults(
  shape: LinearShape,
  { x, filter, dz, bias }: Factors,
): Readonly<Record<Operation, readonly Float64Array[]>> {
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  const y = new Float64Array(dz.length).map((_, at) => bias[at % outChannels] ?? NaN);
  const [dx, dw, db] = [
    new Float64Array(x.length),
    new Float64Array(filter.length),
    new Float64Array(outChannels),
  ];
  dz.forEach((value, at) => {
    db[at % outChannels]! += value;
  });
  for (let out = 0; out < batch * outHeight * outWidth; out++) {
    const [picture, top, left] = [
      Math.floor(out / (outHeight * outWidth)),
      (Math.floor(out / outWidth) % outHeight) * shape.strideHeight - shape.padTop,
      (out % outWidth) * shape.strideWidth - shape.padLeft,
    ];
    for (let tap = 0; tap < shape.filterHeight * shape.filterWidth; tap++) {
      const [inY, inX] = [top + Math.floor(tap / shape.filterWidth), left + (tap % shape.filterWidth)];
      if (inY < 0 || inY >= inHeight || inX < 0 || inX >= inWidth) continue;
      const position = (picture * inHeight + inY) * inWidth + inX;
      for (let c = 0; c < inChannels; c++) {
        const [from, weights] = [position * inChannels + c, (tap * inChannels + c) * outChannels];
        for (let n = 0; n < outChannels; n++) {
          y[out * outChannels + n]! += x[from]! * filter[weights + n]!;
          dx[from]! += dz[out * outChannels + n]! * filter[weights + n]!;
          dw[weights + n]! += x[from]! * dz[out * outChannels + n]!;
        }
      }
    }
  }
  return {
    forward: [y.map((value) => Math.max(value, 0))],
    inputGrad: [dx.map((value, at) => (x[at]! > 0 ? value : 0))],
    filterGrad: [dw, db],
  };
}
