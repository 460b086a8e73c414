/**
 * Owns computing as a file of whole numbers does, on any device: the same weights, and every value brought onto its grid.
 * Sums are in float32 here and in whole numbers there, so that now and then a value is the next on its grid.
 */
import * as tf from '@tensorflow/tfjs';
import { invariant } from '../../protocol/errors.ts';
import { fromWhole } from '../network/precision.ts';
import { lastReadersOf, linear, type LoadedNetwork } from '../network/run.ts';
import type { Grid, TfliteGraph, TfliteOperator, TfliteTensor } from './graph.ts';

const LOW = -128;
const HIGH = 127;

/** Puts a graph of whole numbers on the device. */
export async function imitated(graph: TfliteGraph): Promise<LoadedNetwork> {
  const constants = new Map<number, tf.Tensor>();
  const kernels = new Set(
    graph.operators
      .filter(({ code }) => code === 'CONV_2D' || code === 'DEPTHWISE_CONV_2D')
      .map(({ inputs }) => inputs[1]),
  );
  for (const [place, tensor] of graph.tensors.entries()) {
    if (tensor.read === null) continue;
    const numbers = await numbersOf(tensor);
    const constant = tf.tidy(() => {
      const asInFile = tf.tensor(numbers, [...tensor.shape]);
      // Kernels have their output channels first in files, and last here.
      return kernels.has(place) ? tf.transpose(asInFile, [1, 2, 3, 0]) : asInFile;
    });
    constants.set(place, constant);
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
async function numbersOf({ read, shape, grid }: TfliteTensor): Promise<Float32Array> {
  const whole = (await read?.()) as Int8Array | Int32Array;
  if (grid === undefined) return new Float32Array(whole);
  const { scales, zero, axis } = grid;
  return fromWhole(whole, shape, axis, scales, zero);
}

function run(
  { tensors, operators, input, output }: TfliteGraph,
  rgb: Uint8Array,
  constants: ReadonlyMap<number, tf.Tensor>,
): tf.Tensor {
  const lastReaders = lastReadersOf(operators);
  const values = new Map([[input, tf.tensor(Float32Array.from(rgb), [...tensors[input]!.shape])]]);
  for (const [step, operator] of operators.entries()) {
    const inputs = operator.inputs.map((place) => {
      const value = values.get(place) ?? constants.get(place);
      invariant(value !== undefined, 'operators come behind what they read');
      return value;
    });
    const { grid } = tensors[operator.output]!;
    const value = tf.tidy(() => {
      const exact = compute(operator, inputs);
      return grid === undefined ? exact : onGrid(exact, grid);
    });
    for (const place of operator.inputs) if (lastReaders.get(place) === step) values.get(place)?.dispose();
    values.set(operator.output, value);
  }
  return values.get(output)!;
}

/** Takes a value over. Each step gives up what it was made of: several values of the first layers are much. */
function onGrid(x: tf.Tensor, { scales: [scale = 1], zero }: Grid): tf.Tensor {
  const steps: readonly ((value: tf.Tensor) => tf.Tensor)[] = [
    (value) => tf.div(value, scale),
    tf.round,
    // What lies beyond the grid is held at its end.
    (value) => tf.clipByValue(value, LOW - zero, HIGH - zero),
    (value) => tf.mul(value, scale),
  ];
  return steps.reduce((value, step) => {
    const next = step(value);
    value.dispose();
    return next;
  }, x);
}

function compute({ code, window, keepsAxes }: TfliteOperator, inputs: readonly tf.Tensor[]): tf.Tensor {
  const [x, other, bias] = inputs as [tf.Tensor4D, tf.Tensor, tf.Tensor];
  const pad = window?.isSame === true ? 'same' : 'valid';
  const strides: [number, number] = [window?.strides[0] ?? 1, window?.strides[1] ?? 1];
  switch (code) {
    case 'QUANTIZE':
    case 'DEQUANTIZE':
      return tf.clone(x);
    case 'CONV_2D':
      return linear('conv', { x, filter: other, bias }, strides, pad);
    case 'DEPTHWISE_CONV_2D':
      return linear('depthwise', { x, filter: other, bias }, strides, pad);
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
