/** What a program is made of: units that run forward and, in the trainable tail, backward. */
import type * as tf from '@tensorflow/tfjs';
import type { Parameters } from './parameters.ts';

/** One forward pass and what its backward pass needs; all tensors live in the caller's tidy. */
export interface Pass {
  readonly parameters: Parameters;
  /** True in a training step: dropout is on, batch statistics are used where the phase says so. */
  readonly training: boolean;
  /** Masks drop `rate` of `shape` and scale up the rest; called once a dropout unit. */
  dropoutMask(shape: readonly number[], rate: number): tf.Tensor;
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
  /** Frees what the unit keeps between passes. */
  dispose?(): void;
}

/** Which weights train, and how the unfrozen BatchNorms run. */
export interface TrainableSet {
  /** True for layers, by index in the model, that train. */
  isTrainable(layer: number): boolean;
  readonly batchNorm: 'inference' | 'batch';
}
