/** Units without weights: activations, padding, sums, products, pooling, reshape and dropout. */
import * as tf from '@tensorflow/tfjs';
import type { PlanOp } from '../../kernels/plan.ts';
import type { ReluName } from '../../kernels/signatures.ts';
import { invariant } from '../../protocol/errors.ts';
import type { GraphNode } from '../graph.ts';
import { explicitPadding } from '../explicit-padding.ts';
import type { DropoutOp, NodeOp } from '../layers.ts';
import { AS_IT_IS } from './one-per-channel.ts';
import { runMien } from './run-kernel.ts';
import type { Pass, Unit } from './unit.ts';

type SimpleKind = Exclude<NodeOp['kind'], 'input' | 'conv' | 'depthwise' | 'dense' | 'batchNorm'>;

/** Forward returns the output and what backward needs; backward gets that back. */
interface Behaviour {
  forward(inputs: readonly tf.Tensor[], pass: Pass): { y: tf.Tensor; saved: readonly tf.Tensor[] };
  backward(
    dy: tf.Tensor,
    saved: readonly tf.Tensor[],
    wanted: readonly boolean[],
    pass: Pass,
  ): readonly (tf.Tensor | null)[];
  readonly passThrough?: (activation: ReluName) => void;
  readonly readsHalves?: boolean;
  readonly storeHalves?: () => void;
}

export class SimpleUnit implements Unit {
  readonly trainable = [] as const;
  readonly moving = [] as const;
  readonly planOp: PlanOp;
  readonly passThrough?: (activation: ReluName) => void;
  readonly readsHalves: boolean;
  readonly storeHalves?: () => void;
  readonly #behaviour: Behaviour;

  constructor(
    readonly node: number,
    readonly inputs: readonly number[],
    op: Extract<NodeOp, { kind: SimpleKind }>,
    layer: number,
  ) {
    this.#behaviour = behaviourOf(op, layer);
    this.planOp = planOpOf(op);
    const { passThrough, readsHalves = false, storeHalves } = this.#behaviour;
    if (passThrough !== undefined) this.passThrough = passThrough;
    this.readsHalves = readsHalves;
    if (storeHalves !== undefined) this.storeHalves = storeHalves;
  }

  forward(inputs: readonly tf.Tensor[], pass: Pass): tf.Tensor {
    const { y, saved } = this.#behaviour.forward(inputs, pass);
    if (pass.training) pass.saved.set(this, saved);
    return y;
  }

  backward(dy: tf.Tensor, pass: Pass, wanted: readonly boolean[]): readonly (tf.Tensor | null)[] {
    const saved = pass.saved.get(this);
    invariant(saved !== undefined, 'forward ran before backward');
    return this.#behaviour.backward(dy, saved, wanted, pass);
  }
}

/** Whether a node can be a {@link SimpleUnit}. */
export function isSimple(op: GraphNode['op']): op is Extract<NodeOp, { kind: SimpleKind }> {
  return !['input', 'conv', 'depthwise', 'dense', 'batchNorm'].includes(op.kind);
}

/** What it is in a plan. */
function planOpOf(op: Extract<NodeOp, { kind: SimpleKind }>): PlanOp {
  switch (op.kind) {
    case 'add':
    case 'multiply':
      return { kind: op.kind };
    case 'globalAveragePool':
      return { kind: 'globalPool' };
    // Without training nothing is dropped.
    case 'dropout':
    case 'reshape':
      return { kind: 'same' };
    case 'pad':
      return { ...AS_IT_IS, pad: explicitPadding(op.padding) };
    case 'activation':
      return { kind: op.activation };
    case 'maxPool':
      return { kind: 'maxPool', filterSize: op.size, strides: op.strides, pad: op.padding };
  }
}

/** @param layer index of the layer that it comes from: its draws' own number */
function behaviourOf(op: Extract<NodeOp, { kind: SimpleKind }>, layer: number): Behaviour {
  switch (op.kind) {
    case 'activation':
      return activation(op.activation);
    case 'pad':
      return pad(op.padding);
    case 'add':
      return {
        forward: (inputs) => ({
          y: inputs.slice(1).reduce((sum, x) => tf.add(sum, x), given(inputs[0])),
          saved: [],
        }),
        backward: (dy, _saved, wanted) => wanted.map((isWanted) => (isWanted ? dy : null)),
      };
    case 'multiply':
      return multiply();
    case 'globalAveragePool':
      return globalAveragePool();
    case 'maxPool':
      return maxPool(op);
    case 'reshape':
      return {
        forward: ([x]) => ({
          y: tf.reshape(given(x), [given(x).shape[0], ...op.shape]),
          saved: [given(x)],
        }),
        backward: (dy, [x]) => [tf.reshape(dy, given(x).shape)],
      };
    case 'dropout':
      return dropout(op, layer);
  }
}

function given(x: tf.Tensor | undefined): tf.Tensor {
  invariant(x !== undefined, 'a unit has its input');
  return x;
}

function activation(name: Extract<NodeOp, { kind: 'activation' }>['activation']): Behaviour {
  switch (name) {
    case 'relu':
    case 'relu6':
      return {
        forward: ([x]) => {
          const y = name === 'relu' ? tf.relu(given(x)) : tf.relu6(given(x));
          return { y, saved: [y] };
        },
        backward: (dy, [y]) => [runMien('MienActivationGrad', { dy, y: given(y) }, { activation: name })],
      };
    case 'sigmoid':
      return {
        forward: ([x]) => {
          const y = tf.sigmoid(given(x));
          return { y, saved: [y] };
        },
        backward: (dy, [y]) => [runMien('MienSigmoidGrad', { dy, y: given(y) }, {})],
      };
    case 'swish':
      return swish();
    case 'softmax':
      return {
        forward: ([x]) => {
          const y = tf.softmax(given(x));
          return { y, saved: [y] };
        },
        backward: (dy, [y]) => {
          const weighted = tf.mul(dy, given(y));
          return [tf.sub(weighted, tf.mul(given(y), tf.sum(weighted, -1, true)))];
        },
      };
  }
}

function swish(): Behaviour {
  let storesHalves = false;
  return {
    forward: ([x], { training }) => {
      const asHalves = storesHalves && training;
      return { y: runMien('MienSwish', { x: given(x) }, { asHalves }), saved: [given(x)] };
    },
    backward: (dy, [x]) => [runMien('MienSwishGrad', { dy, x: given(x) }, {})],
    readsHalves: true,
    storeHalves: () => {
      storesHalves = true;
    },
  };
}

function pad(padding: Extract<NodeOp, { kind: 'pad' }>['padding']): Behaviour {
  const [[top], [left]] = padding;
  return {
    forward: ([x]) => ({ y: tf.pad(given(x), explicitPadding(padding)), saved: [given(x)] }),
    backward: (dy, [x]) => [tf.slice(dy, [0, top, left, 0], given(x).shape)],
  };
}

function multiply(): Behaviour {
  return {
    forward: ([a, b]) => ({ y: tf.mul(given(a), given(b)), saved: [given(a), given(b)] }),
    backward: (dy, [a, b], wanted) => {
      const factors = [given(a), given(b)];
      return factors.map((factor, index) => {
        if (wanted[index] !== true) return null;
        const other = given(factors[1 - index]);
        return isGateOf(factor, other)
          ? runMien('MienGateGrad', { x: other, dy }, {})
          : sumTo(tf.mul(dy, other), factor.shape);
      });
    },
  };
}

/** Whether it has one value for each channel of a picture (squeeze-and-excite). */
const isGateOf = (
  gate: tf.Tensor,
  { shape: [pictures, height = 1, width = 1, channels] }: tf.Tensor,
): boolean => height * width > 1 && String(gate.shape) === String([pictures, 1, 1, channels]);

/** Undoes broadcasting: sums over the axes along which `shape` is 1. */
function sumTo(x: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = shape.flatMap((side, axis) => (side === 1 && x.shape[axis] !== 1 ? [axis] : []));
  return axes.length === 0 ? x : tf.sum(x, axes, true);
}

function globalAveragePool(): Behaviour {
  let through: ReluName = 'linear';
  return {
    forward: ([x]) => ({ y: runMien('MienGlobalPool', { x: given(x) }, {}), saved: [given(x)] }),
    backward: (dy, [saved]) => {
      const x = given(saved);
      const [, height = 1, width = 1] = x.shape;
      const inputs = through === 'linear' ? { dy } : { dy, x };
      return [runMien('MienGlobalPoolGrad', inputs, { height, width, activation: through })];
    },
    passThrough: (activation) => {
      through = activation;
    },
    readsHalves: true,
  };
}

/** What a window's largest is was made by a ReLU: where that let nothing through, nothing goes back, to none of the window. */
function maxPool(op: Extract<NodeOp, { kind: 'maxPool' }>): Behaviour {
  const settings = { filterSize: [...op.size], strides: [...op.strides], pad: op.padding };
  let through: ReluName = 'linear';
  return {
    forward: ([x]) => {
      const y: tf.Tensor = tf.engine().runKernel('MaxPool', { x: given(x) }, settings);
      return { y, saved: [given(x), y] };
    },
    backward: (dy, [x, y]) => {
      const [input, output] = [given(x), given(y)];
      const dz =
        through === 'linear' ? dy : runMien('MienActivationGrad', { dy, y: output }, { activation: through });
      return [tf.engine().runKernel('MaxPoolGrad', { dy: dz, input, output }, settings)];
    },
    passThrough: (activation) => {
      through = activation;
    },
  };
}

/** Backward draws the same again: cheaper than keeping the mask. */
function dropout({ rate, drawsFor }: DropoutOp, layer: number): Behaviour {
  const drop = (x: tf.Tensor, { chance }: Pass): tf.Tensor => {
    if (chance === null) return x;
    const { seed, phase, step } = chance;
    const numbers = [phase, step, layer] as const;
    const valuesPerDraw = drawsFor === 'value' ? 1 : x.size / x.shape[0];
    return runMien('MienDropout', { x }, { rate, valuesPerDraw, seed, purpose: 'dropout', numbers });
  };
  return {
    forward: ([x], pass) => ({ y: drop(given(x), pass), saved: [] }),
    backward: (dy, _saved, _wanted, pass) => [drop(dy, pass)],
  };
}
