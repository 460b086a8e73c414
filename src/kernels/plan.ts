/**
 * What a plan is: a section of a network as a list of what is computed for one picture, which a backend lays out once and
 * then carries out as one kernel, without a call from here for each layer. A backend may have plans or none, and plans for
 * some sections alone.
 */
import * as tf from '@tensorflow/tfjs';
import type { LinearAttrs, ReluName } from './signatures.ts';

/** What can be planned; `same` is what leaves its values as they are. */
export type PlanOp =
  | (LinearAttrs & { readonly activation: ReluName | 'swish' })
  | {
      readonly kind: 'maxPool';
      readonly filterSize: readonly [number, number];
      readonly strides: readonly [number, number];
      readonly pad: 'same' | 'valid';
    }
  | {
      readonly kind:
        | 'swish'
        | 'sigmoid'
        | 'relu'
        | 'relu6'
        | 'softmax'
        | 'add'
        | 'multiply'
        | 'globalPool'
        | 'same';
    };

/** Shapes are of one picture. */
export interface PlanNode {
  readonly op: PlanOp;
  /** Whose value it computes. */
  readonly node: number;
  readonly inputs: readonly number[];
  readonly shape: readonly number[];
}

/** What a linear layer computes by. */
export interface PlanWeights {
  readonly filter: tf.TensorInfo;
  readonly bias: tf.TensorInfo | null;
}

export interface PlanDescription {
  /** What it begins with. */
  readonly from: { readonly node: number; readonly shape: readonly number[] };
  /** In an order in which each comes behind what it reads. */
  readonly nodes: readonly PlanNode[];
  /** Whose value comes out. */
  readonly to: number;
  /** Whether the weights of the first pass are those of all; else each pass has its own. */
  readonly isFixed: boolean;
}

/** A section that is laid out; belongs to whoever asked for it. */
export interface Plan {
  /** Whether the next pass must be given weights. */
  readonly needsWeights: boolean;
  /** Whether so many pictures are worth what it takes; else they are better computed unit by unit, to the same bits. */
  isFor(pictures: number): boolean;
  /**
   * `[pictures, ...shape]`, from as many of what it begins with.
   *
   * @param weights one for each node, null where a node has none
   */
  forward(x: tf.TensorInfo, weights: readonly (PlanWeights | null)[]): tf.TensorInfo;
  dispose(): void;
}

/** Lays a section out for a backend; null where it has no plan for it. Of the weights shapes alone count. */
type Planner = (
  backend: unknown,
  description: PlanDescription,
  weights: readonly (PlanWeights | null)[],
) => Plan | null;

const planners = new Map<string, Planner>();

/** Gives a backend plans. */
export function registerPlanner(backendName: string, planner: Planner): void {
  planners.set(backendName, planner);
}

/** Whether the backend in use has plans at all. */
export const hasPlans = (): boolean => planners.has(tf.getBackend());

/** A section laid out for the backend in use; null where it has no plan for it. */
export const planFor: (
  ...given: Parameters<Planner> extends [unknown, ...infer Rest] ? Rest : never
) => Plan | null = (description, weights) =>
  planners.get(tf.getBackend())?.(tf.backend(), description, weights) ?? null;
