/**
 * A section of a network made ready to run: nodes from behind one node up to another, fused into units. The sections of
 * the frozen part and the trainable part (a phase's `tail`) are all programs; only the tail runs backward.
 */
import * as tf from '@tensorflow/tfjs';
import { canBeHalved } from '../../kernels/halved.ts';
import { invariant } from '../../protocol/errors.ts';
import type { Graph, GraphNode } from '../graph.ts';
import type { Padding2d } from '../layers.ts';
import { LinearUnit } from './linear-unit.ts';
import { NormUnit } from './norm-unit.ts';
import { PlannedForward } from './planned.ts';
import { isSimple, SimpleUnit } from './simple-units.ts';
import type { Pass, TrainableSet, Unit } from './unit.ts';

/**
 * WebGPU lets every device bind this much in one buffer, and some no more: VGG16's first layers give 13 MB a picture.
 *
 * @see GPUSupportedLimits.maxStorageBufferBindingSize
 */
export const MOST_VALUE_BYTES = 2 ** 27;

export interface Program {
  readonly units: readonly Unit[];
  /** Names of the weights that train, in the model's order. */
  readonly trainable: readonly string[];
  /** Names of the weights that move without a gradient. */
  readonly moving: readonly string[];
  /** What its units keep from pass to pass beside their weights: those of frozen layers, folded. */
  readonly kept: readonly tf.Tensor[];
  /** How many pictures keep each of its values within {@link MOST_VALUE_BYTES}, 1 or more. */
  readonly picturesAtOnce: number;
  /**
   * Runs forward from the value of the first node; call it in a tidy. Without training, more than `picturesAtOnce`
   * pictures are taken in turns.
   */
  forward(x: tf.Tensor, pass: Pass): tf.Tensor;
  /** Runs backward from the gradient of the last node, filling `pass.gradients`; call it in the same tidy. */
  backward(dy: tf.Tensor, pass: Pass): void;
  /** Frees folded weights. They are taken from the parameters of the first pass: make a new program when those change. */
  dispose(): void;
}

/**
 * Compiles the nodes behind `from` up to and including `to`.
 *
 * @param from node whose value the program starts with
 * @param to node whose value it computes
 */
export function compile(graph: Graph, from: number, to: number, set: TrainableSet): Program {
  const units = fuse(graph, from, to, set);
  passActivations(units, to);
  if (set.halves === true) storeHalves(graph, units, to);
  const lastReader = new Map(units.flatMap((unit) => unit.inputs.map((node) => [node, unit] as const)));
  const picturesAtOnce = countWithin(graph, [from, ...units.map(({ node }) => node)]);
  const planned = new PlannedForward(graph, from, to, units);
  const run = (x: tf.Tensor, pass: Pass): tf.Tensor => {
    const values = new Map([[from, x]]);
    for (const unit of units) {
      const inputs = unit.inputs.map((node) => valueOf(values, node));
      values.set(unit.node, unit.forward(inputs, pass));
      if (pass.training) continue;
      // What only frozen work reads is free for the next unit to write.
      for (const node of unit.inputs) if (lastReader.get(node) === unit) release(values, node, x);
    }
    return valueOf(values, to);
  };
  return {
    units,
    picturesAtOnce,
    trainable: units.flatMap((unit) => unit.trainable),
    moving: units.flatMap((unit) => unit.moving),
    get kept() {
      return units.flatMap((unit) => unit.kept ?? []);
    },
    forward(x, pass) {
      if (pass.training) return run(x, pass);
      return planned.forward(x, pass) ?? inTurns(x, picturesAtOnce, pass, run);
    },
    backward: (dy, pass) => runBackward(units, to, dy, pass),
    dispose() {
      planned.dispose();
      for (const unit of units) unit.dispose?.();
    },
  };
}

function runBackward(units: readonly Unit[], to: number, dy: tf.Tensor, pass: Pass): void {
  const needsGradient = gradientNodes(units);
  const gradients = new Map([[to, dy]]);
  for (const unit of units.toReversed()) {
    const gradient = gradients.get(unit.node);
    if (gradient === undefined) continue;
    const wanted = unit.inputs.map((node) => needsGradient.has(node));
    unit.backward(gradient, pass, wanted).forEach((input, index) => {
      const node = unit.inputs[index];
      if (input === null || node === undefined || !needsGradient.has(node)) return;
      const sum = gradients.get(node);
      gradients.set(node, sum === undefined ? input : tf.add(sum, input));
    });
    release(gradients, unit.node, dy);
  }
}

/** How many pictures the largest of some nodes' values leaves room for. */
function countWithin(graph: Graph, nodes: readonly number[]): number {
  const sizes = nodes.map((node) => tf.util.sizeFromShape([...(graph.nodes[node]?.shape ?? [])]));
  return Math.max(1, Math.floor(MOST_VALUE_BYTES / (4 * Math.max(1, ...sizes))));
}

function inTurns(x: tf.Tensor, atOnce: number, pass: Pass, run: Program['forward']): tf.Tensor {
  const [pictures = 0, ...shape] = x.shape;
  if (pictures <= atOnce) return run(x, pass);
  const parts: tf.Tensor[] = [];
  for (let first = 0; first < pictures; first += atOnce) {
    const count = Math.min(atOnce, pictures - first);
    const part = tf.slice(x, [first, ...shape.map(() => 0)], [count, ...shape]);
    parts.push(run(part, pass));
    if (parts.at(-1) !== part) part.dispose();
  }
  const whole = tf.concat(parts, 0);
  tf.dispose(parts);
  return whole;
}

/** Forgets a node's tensor and frees it, unless it is the caller's or stands for another node too. */
function release(tensors: Map<number, tf.Tensor>, node: number, callers: tf.Tensor): void {
  const tensor = tensors.get(node);
  tensors.delete(node);
  if (tensor === undefined || tensor === callers || [...tensors.values()].includes(tensor)) return;
  tensor.dispose();
}

/** Lets the only reader of a unit that ends in a ReLU take the gradient through it. */
function passActivations(units: readonly Unit[], to: number): void {
  for (const unit of units) {
    const { ownActivation = 'linear', node } = unit;
    const [reader, ...others] = units.filter(({ inputs }) => inputs.includes(node));
    if (ownActivation === 'linear' || node === to || others.length > 0) continue;
    if (reader?.passThrough === undefined) continue;
    reader.passThrough(ownActivation);
    unit.leaveActivation?.();
  }
}

/** Has values stored as halves that only units read which know them. */
function storeHalves(graph: Graph, units: readonly Unit[], to: number): void {
  for (const unit of units) {
    const readers = units.filter(({ inputs }) => inputs.includes(unit.node));
    const channels = graph.nodes[unit.node]?.shape.at(-1) ?? 0;
    const isRead = readers.length > 0 && readers.every(({ readsHalves }) => readsHalves === true);
    if (unit.node !== to && isRead && canBeHalved(channels)) unit.storeHalves?.();
  }
}

function valueOf(values: ReadonlyMap<number, tf.Tensor>, node: number): tf.Tensor {
  const value = values.get(node);
  invariant(value !== undefined, `node ${node.toString()} was computed before it is used`);
  return value;
}

/** Nodes whose value depends on a weight that trains: only these need a gradient. */
function gradientNodes(units: readonly Unit[]): ReadonlySet<number> {
  const nodes = new Set<number>();
  for (const unit of units) {
    if (unit.trainable.length > 0 || unit.inputs.some((node) => nodes.has(node))) nodes.add(unit.node);
  }
  return nodes;
}

/** Walks the nodes and joins padding, convolution, BatchNorm and ReLU where nothing else reads what lies between. */
function fuse(graph: Graph, from: number, to: number, set: TrainableSet): Unit[] {
  const readers = new Map<number, number[]>();
  for (const node of graph.nodes)
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node.index]);
  const units: Unit[] = [];
  const done = new Set<number>();
  for (let index = from + 1; index <= to; index++) {
    const node = graph.nodes[index];
    if (node === undefined || done.has(index) || !isBehind(node, from, done)) continue;
    const next = (current: GraphNode): GraphNode | null => {
      const [only, ...others] = readers.get(current.index) ?? [];
      return only !== undefined && others.length === 0 && only <= to ? (graph.nodes[only] ?? null) : null;
    };
    const unit = unitOf(node, next, set);
    units.push(unit.unit);
    for (const covered of unit.covers) done.add(covered);
  }
  return units;
}

/** Whether all that the node reads is `from` or has been computed. */
function isBehind(node: GraphNode, from: number, done: ReadonlySet<number>): boolean {
  return node.inputs.length > 0 && node.inputs.every((input) => input === from || done.has(input));
}

type Next = (node: GraphNode) => GraphNode | null;

function unitOf(node: GraphNode, next: Next, set: TrainableSet): { unit: Unit; covers: readonly number[] } {
  const { op, index, inputs } = node;
  if (op.kind === 'conv' || op.kind === 'depthwise' || op.kind === 'dense')
    return linearUnit(node, op, next, set);
  if (op.kind === 'batchNorm') {
    const trains = set.isTrainable(node.layer);
    const settings = { ...op, layer: node.name, trains, mode: trains ? set.batchNorm : 'inference' } as const;
    return { unit: new NormUnit(index, inputs, settings), covers: [index] };
  }
  if (op.kind === 'pad') {
    const after = next(node);
    if (
      after !== null &&
      (after.op.kind === 'conv' || after.op.kind === 'depthwise') &&
      after.op.padding === 'valid'
    ) {
      const { unit, covers } = linearUnit({ ...after, inputs }, after.op, next, set, op.padding);
      return { unit, covers: [index, ...covers] };
    }
  }
  invariant(isSimple(op), `node ${node.name} can be run`);
  return { unit: new SimpleUnit(index, inputs, op, node.layer), covers: [index] };
}

function linearUnit(
  node: GraphNode,
  op: Extract<GraphNode['op'], { kind: 'conv' | 'depthwise' | 'dense' }>,
  next: Next,
  set: TrainableSet,
  padding: Padding2d | null = null,
): { unit: Unit; covers: readonly number[] } {
  let last = node;
  const after = next(node);
  const norm =
    after?.op.kind === 'batchNorm' && !(set.isTrainable(after.layer) && set.batchNorm === 'batch')
      ? after
      : null;
  if (norm !== null) last = norm;
  const maybeRelu = next(last);
  const relu =
    maybeRelu?.op.kind === 'activation' &&
    (maybeRelu.op.activation === 'relu' || maybeRelu.op.activation === 'relu6')
      ? { node: maybeRelu, activation: maybeRelu.op.activation }
      : null;
  if (relu !== null) last = relu.node;
  const unit = new LinearUnit(last.index, node.inputs, {
    op,
    padding,
    layer: node.name,
    norm: norm?.op.kind === 'batchNorm' ? { layer: norm.name, epsilon: norm.op.epsilon } : null,
    activation: relu?.activation ?? 'linear',
    trainsKernel: set.isTrainable(node.layer),
    trainsNorm: norm !== null && set.isTrainable(norm.layer),
  });
  return {
    unit,
    covers: [node.index, ...(norm === null ? [] : [norm.index]), ...(relu === null ? [] : [relu.node.index])],
  };
}
