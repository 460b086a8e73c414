/** Owns carrying a program's forward pass out by a backend's plan, where it has one for all of the program's units. */
import * as tf from '@tensorflow/tfjs';
import { hasPlans, planFor, type Plan, type PlanNode, type PlanWeights } from '../../kernels/plan.ts';
import type { Graph } from '../graph.ts';
import { onePerChannel } from './one-per-channel.ts';
import type { Pass, Unit } from './unit.ts';

/** What was found for a backend: its plan, or that it has none. */
interface Found {
  readonly backend: unknown;
  readonly plan: Plan | null;
}

export class PlannedForward {
  readonly #fused: readonly Fused[];
  #found: Found | null = null;

  /** @param from and `to`: nodes whose value goes in and comes out */
  constructor(
    readonly graph: Graph,
    readonly from: number,
    readonly to: number,
    readonly units: readonly Unit[],
  ) {
    this.#fused = fuse(graph, units, to);
  }

  /** What comes out, by a plan; null where it is to be computed unit by unit. Call it in a tidy. */
  forward(x: tf.Tensor, pass: Pass): tf.Tensor | null {
    const plan = this.#plan(pass);
    if (plan?.isFor(x.shape[0]) !== true) return null;
    const out = plan.forward(x, plan.needsWeights ? this.#weights(pass) : []);
    return tf.engine().makeTensorFromTensorInfo(out);
  }

  dispose(): void {
    this.#found?.plan?.dispose();
    this.#found = null;
  }

  #plan(pass: Pass): Plan | null {
    if (this.#fused.length === 0 || !hasPlans()) return null;
    const backend: unknown = tf.backend();
    const found = this.#found;
    if (found !== null && found.backend === backend) return found.plan;
    this.dispose();
    const plan = this.#open(pass);
    this.#found = { backend, plan };
    return plan;
  }

  #open(pass: Pass): Plan | null {
    const { graph, from, to, units } = this;
    const isFixed = units.every(({ trainable, moving }) => trainable.length + moving.length === 0);
    const begins = { node: from, shape: graph.nodes[from]?.shape ?? [] };
    const nodes = this.#fused.map(({ planned }) => planned);
    return planFor({ from: begins, nodes, to, isFixed }, this.#weights(pass));
  }

  #weights(pass: Pass): readonly (PlanWeights | null)[] {
    return this.#fused.map(({ unit }) => {
      if (unit.planWeights !== undefined) return unit.planWeights(pass);
      const channels = this.graph.nodes[unit.node]?.shape.at(-1) ?? 1;
      return unit.planOp.kind === 'depthwise' ? { filter: onePerChannel(channels), bias: null } : null;
    });
  }
}

/** What a unit is in a plan, or with the swish behind it. */
interface Fused {
  readonly planned: PlanNode;
  /** Which has the weights. */
  readonly unit: Unit;
}

/** Has a linear layer end in the swish that alone reads it: apart they are for training, where backward wants what lies between. */
function fuse(graph: Graph, units: readonly Unit[], to: number): readonly Fused[] {
  const done = new Set<Unit>();
  return units.flatMap((unit) => {
    if (done.has(unit)) return [];
    const { planOp, node, inputs } = unit;
    const [reader, ...others] = units.filter((other) => other.inputs.includes(node));
    const isLinear = 'activation' in planOp && planOp.activation === 'linear';
    const hasSwish = isLinear && node !== to && others.length === 0 && reader?.planOp.kind === 'swish';
    if (hasSwish) done.add(reader);
    const op = hasSwish ? ({ ...planOp, activation: 'swish' } as const) : planOp;
    const last = hasSwish ? reader.node : node;
    return [{ unit, planned: { op, node: last, inputs, shape: graph.nodes[last]?.shape ?? [] } }];
  });
}
