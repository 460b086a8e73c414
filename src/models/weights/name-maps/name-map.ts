/**
 * What a naming is: how the variables of our networks are called in somebody's files, how their axes are ordered
 * there, and what their weights expect of a picture.
 */
import type { Flavour, Preprocessing } from '../../backbones/backbone.ts';
import type { WeightFile } from '../readers/weight-file.ts';

/** A variable of the network that is being filled. */
export interface ModelVariable {
  /** Keras' layer name. */
  readonly layer: string;
  /** `kernel`, `depthwise_kernel`, `bias`, `gamma`, `beta`, `moving_mean` or `moving_variance`. */
  readonly weight: string;
  /** Keras' class of the layer, and how many of that class come before it. */
  readonly layerClass: string;
  readonly indexInClass: number;
  readonly shape: readonly number[];
}

/** Where a variable's values are. */
export interface TensorSource {
  readonly name: string;
  /** Axis i of ours is axis `axes[i]` of the file's; left out when the order is the same. */
  readonly axes?: readonly number[];
}

/** A naming, fitted to one file. */
export interface NameMap {
  /** Where the file has a variable; null where this naming has no word for it. */
  sourceOf(variable: ModelVariable): TensorSource | null;
  /** Whether a tensor may be there and not be read: a classifier, a counter. */
  ignores(name: string, shape: readonly number[]): boolean;
  /** What these weights expect; null for the network's own. */
  readonly preprocessing: Preprocessing | null | ((file: WeightFile) => Promise<Preprocessing | null>);
  /** What they were trained with; left out for Keras' own. */
  readonly flavour?: Flavour | undefined;
}

/** `name-maps/registry.ts` lists them. */
export interface Naming {
  readonly name: string;
  /** For messages: who names weights this way. */
  readonly label: string;
  /**
   * The map for a file with these tensors; null when it is not named this way.
   *
   * @param architecture What its library calls the network, where a file beside it says so.
   */
  fit(names: ReadonlySet<string>, architecture?: string | null): NameMap | null;
}
