/** What a program is made of: units that run forward and, in the trainable part, backward. */
import type * as tf from '@tensorflow/tfjs';
import type { PlanOp, PlanWeights } from '../../kernels/plan.ts';
import type { ReluName } from '../../kernels/signatures.ts';
import type { Parameters } from './parameters.ts';

/** The key of a step's draws; a unit adds its node. */
export interface Chance {
  readonly seed: number;
  readonly phase: number;
  /** From 0 through the phase. */
  readonly step: number;
}

/** One forward pass and what its backward pass needs; all tensors live in the caller's tidy. */
export interface Pass {
  readonly parameters: Parameters;
  /** True in a training step: dropout is on, batch statistics are used where the phase says so. */
  readonly training: boolean;
  /** Where draws of chance come from; null drops nothing. */
  readonly chance: Chance | null;
  /** Gradients by weight name, filled by the backward pass. */
  readonly gradients: Map<string, tf.Tensor>;
  /** New values of weights that move without a gradient (BatchNorm averages). */
  readonly moved: Map<string, tf.Tensor>;
  /** What a unit saved in its forward pass, by unit. */
  readonly saved: Map<Unit, readonly tf.Tensor[]>;
}

/** One or several fused nodes with one output. */
export interface Unit {
  /** Node whose output this computes. */
  readonly node: number;
  /** Nodes it reads. */
  readonly inputs: readonly number[];
  /** Names of its weights that train in this phase. */
  readonly trainable: readonly string[];
  /** Names of its weights that move without a gradient in this phase. */
  readonly moving: readonly string[];
  forward(inputs: readonly tf.Tensor[], pass: Pass): tf.Tensor;
  /**
   * Adds this unit's weight gradients to the pass and returns the gradient of each input that is wanted.
   *
   * @param wanted one flag an input; null is returned where it is false
   */
  backward(dy: tf.Tensor, pass: Pass, wanted: readonly boolean[]): readonly (tf.Tensor | null)[];
  /** What it is in a plan, where nothing trains. */
  readonly planOp: PlanOp;
  /**
   * What it computes by then; they live in the caller's tidy. A unit that is a convolution in a plan, and has none, leaves
   * channels as they are.
   */
  planWeights?(pass: Pass): PlanWeights;
  /** The ReLU that ends this unit. */
  readonly ownActivation?: ReluName;
  /** Takes the gradient of the input through the ReLU that made that input, in the same kernel. */
  passThrough?(activation: ReluName): void;
  /** Told when the only reader does so: the gradient that comes in has been through this unit's own ReLU. */
  leaveActivation?(): void;
  /** Whether this reads the values of an input that may be stored as halves. */
  readonly readsHalves?: boolean;
  /** Has what is computed in training stored as halves; only where all who read it read those. */
  storeHalves?(): void;
  /** What it keeps between passes, and computes by. */
  readonly kept?: readonly tf.Tensor[];
  /** Frees what the unit keeps between passes. */
  dispose?(): void;
}

/** Which weights train, and how the unfrozen BatchNorms run. */
export interface TrainableSet {
  /** True for layers, by index in the model, that train. */
  isTrainable(layer: number): boolean;
  readonly batchNorm: 'inference' | 'batch';
  /**
   * Whether what training computes from layer to layer is stored as halves, where it can be; the device must have them
   * (kernels/halved.ts).
   */
  readonly halves?: boolean;
}
