/**
 * Owns running the short list of ops here, with the weights that a file will hold: what a rounded file must compute is
 * known before anybody opens it.
 */
import * as tf from '@tensorflow/tfjs';
import { fromHalves, toHalves } from '../../lib/bytes/float16.ts';
import { letMessagesIn } from '../../lib/let-messages-in.ts';
import { explicitPadding } from '../../models/explicit-padding.ts';
import type { ActivationName } from '../../models/layers.ts';
import { runMien } from '../../models/program/run-kernel.ts';
import { invariant } from '../../protocol/errors.ts';
import type { InferenceNetwork, InferenceOp } from './inference.ts';
import { fitsHalf, fromWhole, isRounded, toBytes, type Precision } from './precision.ts';
import type { Weight } from './weight.ts';

/** The least and the most that a value is. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A network whose weights are on the device. */
export interface LoadedNetwork {
  /**
   * Probabilities of one picture.
   *
   * @param rgb `[size, size, 3]`, 0 to 255
   */
  predict(rgb: Uint8Array): Promise<Float32Array>;
  dispose(): void;
}

/** Between what each node's value lies, over some pictures, `[size, size, 3]`, 0 to 255. */
export async function rangesOf(
  network: InferenceNetwork,
  pictures: AsyncIterable<Uint8Array>,
): Promise<Range[]> {
  const { weightOf, dispose } = await loadWeights(network, 'float32');
  let ranges: Range[] = network.map(() => ({ low: Infinity, high: -Infinity }));
  try {
    for await (const rgb of pictures) {
      const extremes = tf.tidy(() => {
        const ends: tf.Tensor[] = [];
        run(network, rgb, weightOf, (value) => ends.push(tf.min(value), tf.max(value)));
        return tf.stack(ends);
      });
      const found = await extremes.data<'float32'>();
      extremes.dispose();
      await letMessagesIn();
      ranges = ranges.map(({ low, high }, place) => ({
        low: Math.min(low, found[2 * place]!),
        high: Math.max(high, found[2 * place + 1]!),
      }));
    }
  } finally {
    dispose();
  }
  return ranges;
}

/** Puts the weights of a network on the device, rounded as files of a precision hold them. */
export async function load(network: InferenceNetwork, precision: Precision): Promise<LoadedNetwork> {
  const { weightOf, dispose } = await loadWeights(network, precision);
  return {
    async predict(rgb) {
      const probabilities = tf.tidy(() => run(network, rgb, weightOf));
      const values = await probabilities.data<'float32'>();
      probabilities.dispose();
      return values;
    },
    dispose,
  };
}

interface LoadedWeights {
  readonly weightOf: (weight: Weight) => tf.Tensor;
  readonly dispose: () => void;
}

async function loadWeights(network: InferenceNetwork, precision: Precision): Promise<LoadedWeights> {
  const weights = new Map<Weight, tf.Tensor>();
  for (const { op } of network) {
    for (const weight of weightsIn(op)) {
      // A depthwise kernel's output channels come before its last axis.
      const axis = weight.shape.length - (op.kind === 'depthwise' ? 2 : 1);
      weights.set(weight, tf.tensor(await rounded(weight, axis, precision), [...weight.shape], 'float32'));
    }
  }
  const weightOf = (weight: Weight): tf.Tensor => {
    const tensor = weights.get(weight);
    invariant(tensor !== undefined, `weight ${weight.name} was loaded`);
    return tensor;
  };
  return { weightOf, dispose: () => tf.dispose([...weights.values()]) };
}

function weightsIn(op: InferenceOp): Weight[] {
  switch (op.kind) {
    case 'affine':
      return [op.scale, op.offset];
    case 'conv':
    case 'depthwise':
    case 'dense':
      return op.bias === null ? [op.kernel] : [op.kernel, op.bias];
    default:
      return [];
  }
}

async function rounded(weight: Weight, axis: number, precision: Precision): Promise<Float32Array> {
  const values = await weight.read();
  if (!isRounded(weight, precision)) return values;
  if (precision === 'float16') return fitsHalf(values) ? fromHalves(toHalves(values)) : values;
  const { values: bytes, scales } = toBytes(values, weight.shape, axis);
  return fromWhole(bytes, weight.shape, axis, scales);
}

/**
 * The value of the last node. Those before it are given up as soon as nothing reads them any more: all together they are
 * several times as large as the weights of a network that takes large pictures.
 *
 * @param see looks at each value when it is there
 */
function run(
  network: InferenceNetwork,
  rgb: Uint8Array,
  weightOf: (weight: Weight) => tf.Tensor,
  see: (value: tf.Tensor) => void = () => undefined,
): tf.Tensor {
  const lastReaders = lastReadersOf(network);
  const values: tf.Tensor[] = [];
  for (const [place, { op, inputs, shape }] of network.entries()) {
    const value = tf.tidy(() => {
      const [x = tf.tensor(Float32Array.from(rgb), [1, ...shape]), ...others] = inputs.map(
        (input) => values[input]!,
      );
      return compute(op, x as tf.Tensor4D, others, weightOf);
    });
    values.push(value);
    see(value);
    tf.dispose(inputs.filter((input) => lastReaders.get(input) === place).map((input) => values[input]!));
  }
  return values.at(-1)!;
}

/** Which step reads each value last, both by their places. */
export function lastReadersOf(
  steps: readonly { readonly inputs: readonly number[] }[],
): ReadonlyMap<number, number> {
  return new Map(steps.flatMap(({ inputs }, place) => inputs.map((input) => [input, place] as const)));
}

function compute(
  op: InferenceOp,
  x: tf.Tensor4D,
  others: readonly tf.Tensor[],
  weightOf: (weight: Weight) => tf.Tensor,
): tf.Tensor {
  switch (op.kind) {
    case 'input':
      return x;
    case 'affine':
      return tf.add(tf.mul(x, weightOf(op.scale)), weightOf(op.offset));
    case 'conv':
    case 'depthwise': {
      const padded = op.padding.flat().some((side) => side > 0) ? tf.pad(x, explicitPadding(op.padding)) : x;
      const bias = op.bias === null ? undefined : weightOf(op.bias);
      return linear(op.kind, { x: padded, filter: weightOf(op.kernel), bias }, op.strides, 'valid');
    }
    case 'dense': {
      const y = tf.matMul(x, weightOf(op.kernel));
      return op.bias === null ? y : tf.add(y, weightOf(op.bias));
    }
    case 'activation':
      return activate(op.activation, x);
    case 'add':
      return others.reduce<tf.Tensor>((sum, other) => tf.add(sum, other), x);
    case 'multiply':
      return others.reduce<tf.Tensor>((product, other) => tf.mul(product, other), x);
    case 'globalAveragePool':
      return tf.mean(x, [1, 2], op.keepsAxes);
    case 'maxPool':
      return tf.maxPool(x, [...op.size], [...op.strides], explicitPadding(op.padding));
    default:
      return op satisfies never;
  }
}

/** A convolution by the kernels that train: on wasm that is on all threads. */
export function linear(
  kind: 'conv' | 'depthwise',
  {
    bias,
    ...rest
  }: { readonly x: tf.Tensor; readonly filter: tf.Tensor; readonly bias?: tf.Tensor | undefined },
  strides: readonly [number, number],
  pad: 'same' | 'valid',
): tf.Tensor {
  const inputs = { ...rest, ...(bias !== undefined && { bias }) };
  return runMien('MienLinear', inputs, { kind, strides, pad, activation: 'linear' });
}

function activate(activation: ActivationName, x: tf.Tensor): tf.Tensor {
  switch (activation) {
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'swish':
      return tf.mul(x, tf.sigmoid(x));
    case 'softmax':
      return tf.softmax(x);
    default:
      return activation satisfies never;
  }
}
