/**
 * What a name map is: how the variables of one of our networks are called in somebody's files, and how their axes
 * are ordered there.
 */
import type { Preprocessing } from '../backbones/backbone.ts';

/** A variable of the network that is being filled. */
export interface ModelVariable {
  /** Keras' layer name. */
  readonly layer: string;
  /** `kernel`, `depthwise_kernel`, `bias`, `gamma`, `beta`, `moving_mean` or `moving_variance`. */
  readonly weight: string;
  readonly shape: readonly number[];
}

/** Where a variable's values are. */
export interface TensorSource {
  readonly name: string;
  /** Axis i of ours is axis `axes[i]` of the file's; left out when the order is the same. */
  readonly axes?: readonly number[];
}

export interface NameMap {
  readonly name: string;
  /** Whether a file with these tensors is named this way. */
  recognises(names: ReadonlySet<string>): boolean;
  sourceOf(variable: ModelVariable): TensorSource;
  /** Tensors that may be there and are not read: a classifier, counters. */
  ignores(name: string, shape: readonly number[]): boolean;
  /** What weights of this origin expect; null for the network's own. */
  readonly preprocessing: Preprocessing | null;
}
