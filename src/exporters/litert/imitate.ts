/**
 * Owns computing as a file of whole numbers does, on any device: the same weights, and every value brought onto its grid.
 * Sums are in float32 here and in whole numbers there, so that now and then a value is the next on its grid.
 */
import * as tf from '@tensorflow/tfjs';
import { invariant } from '../../protocol/errors.ts';
import { linear, type LoadedNetwork } from '../network/run.ts';
import type { Grid, TfliteGraph, TfliteOperator, TfliteTensor } from './graph.ts';

const LOW = -128;
const HIGH = 127;

/** Puts a graph of whole numbers on the device. */
export async function imitated(graph: TfliteGraph): Promise<LoadedNetwork> {
  const constants = new Map<number, tf.Tensor>();
  for (const [place, tensor] of graph.tensors.entries()) {
    if (tensor.read !== null) constants.set(place, await constantOf(tensor));
  }
  return {
    async predict(rgb) {
      const probabilities = tf.tidy(() => run(graph, rgb, constants));
      const values = await probabilities.data<'float32'>();
      probabilities.dispose();
      return values;
    },
    dispose: () => tf.dispose([...constants.values()]),
  };
}

/** What whole numbers stand for; axes and sides, which have no grid, as they are. */
async function constantOf({ read, shape, grid }: TfliteTensor): Promise<tf.Tensor> {
  const values = Float32Array.from((await read?.()) as Int8Array);
  if (grid === undefined) return tf.tensor(values, [...shape]);
  const { scales, zero, axis } = grid;
  const inner = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  const scaleOf = (index: number): number => scales[Math.floor(index / inner) % scales.length]!;
  return tf.tensor(
    values.map((value, index) => (value - zero) * scaleOf(index)),
    [...shape],
  );
}

function run(
  { tensors, operators, input, output }: TfliteGraph,
  rgb: Uint8Array,
  constants: ReadonlyMap<number, tf.Tensor>,
): tf.Tensor {
  const values = new Map(constants);
  values.set(input, tf.tensor(Float32Array.from(rgb), [...tensors[input]!.shape]));
  for (const operator of operators) {
    const inputs = operator.inputs.map((place) => {
      const value = values.get(place);
      invariant(value !== undefined, 'operators come behind what they read');
      return value;
    });
    const exact = compute(operator, inputs);
    const { grid } = tensors[operator.output]!;
    values.set(operator.output, grid === undefined ? exact : onGrid(exact, grid));
  }
  return values.get(output)!;
}

function onGrid(x: tf.Tensor, { scales: [scale = 1], zero }: Grid): tf.Tensor {
  const whole = tf.clipByValue(tf.add(tf.round(tf.div(x, scale)), zero), LOW, HIGH);
  return tf.mul(tf.sub(whole, zero), scale);
}

function compute({ code, window, keepsAxes }: TfliteOperator, inputs: readonly tf.Tensor[]): tf.Tensor {
  const [x, other, bias] = inputs as [tf.Tensor4D, tf.Tensor, tf.Tensor];
  const pad = window?.isSame === true ? 'same' : 'valid';
  const strides: [number, number] = [window?.strides[0] ?? 1, window?.strides[1] ?? 1];
  // Kernels have their output channels first in files, and last here.
  const kernel = (): tf.Tensor4D => tf.transpose(other as tf.Tensor4D, [1, 2, 3, 0]);
  switch (code) {
    case 'QUANTIZE':
    case 'DEQUANTIZE':
      return x;
    case 'CONV_2D':
      return linear('conv', { x, filter: kernel(), bias }, strides, pad);
    case 'DEPTHWISE_CONV_2D':
      return linear('depthwise', { x, filter: kernel(), bias }, strides, pad);
    case 'FULLY_CONNECTED':
      return tf.add(tf.matMul(x, other, false, true), bias);
    case 'ADD':
      return tf.add(x, other);
    case 'MUL':
      return tf.mul(x, other);
    case 'LOGISTIC':
      return tf.sigmoid(x);
    case 'SOFTMAX':
      return tf.softmax(x);
    case 'RELU':
      return tf.relu(x);
    case 'RELU6':
      return tf.relu6(x);
    case 'MEAN':
      return tf.mean(x, [1, 2], keepsAxes ?? false);
    case 'MAX_POOL_2D':
      return tf.maxPool(x, [window?.size[0] ?? 1, window?.size[1] ?? 1], strides, pad);
    case 'PAD': {
      const sides = Array.from(other.dataSync());
      return tf.pad(
        x,
        [0, 2, 4, 6].map((at) => [sides[at]!, sides[at + 1]!] as [number, number]),
      );
    }
    default:
      return code satisfies never;
  }
}
