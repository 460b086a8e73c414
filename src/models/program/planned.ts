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
  readonly #nodes: readonly PlanNode[];
  #found: Found | null = null;

  /** @param from and `to`: nodes whose value goes in and comes out */
  constructor(
    readonly graph: Graph,
    readonly from: number,
    readonly to: number,
    readonly units: readonly Unit[],
  ) {
    this.#nodes = planNodes(graph, units);
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
    if (this.#nodes.length === 0 || !hasPlans()) return null;
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
    return planFor({ from: begins, nodes: this.#nodes, to, isFixed }, this.#weights(pass));
  }

  #weights(pass: Pass): readonly (PlanWeights | null)[] {
    return this.units.map((unit) => {
      if (unit.planWeights !== undefined) return unit.planWeights(pass);
      const channels = this.graph.nodes[unit.node]?.shape.at(-1) ?? 1;
      return unit.planOp.kind === 'depthwise' ? { filter: onePerChannel(channels), bias: null } : null;
    });
  }
}

const planNodes = (graph: Graph, units: readonly Unit[]): readonly PlanNode[] =>
  units.map(({ planOp, node, inputs }) => ({
    op: planOp,
    node,
    inputs,
    shape: graph.nodes[node]?.shape ?? [],
  }));
