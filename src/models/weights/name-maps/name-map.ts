/**
 * What a naming is: how the variables of our networks are called in somebody's files, how their axes are ordered
 * there, and what their weights expect of a picture.
 */
import type { Flavour, Preprocessing } from '../../backbones/backbone.ts';
import type { WeightFile } from '../readers/weight-file.ts';
import type { Entrance } from '../topology/entrance.ts';

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

/** What a picture becomes before the network, and who says so. */
export interface Pictures extends Entrance {
  /** The file's own layers, the library that names weights this way, or nobody: then it is what is usual. */
  readonly saidBy: 'file' | 'library' | 'nobody';
}

/** A naming, fitted to one file. */
export interface NameMap {
  /** Where the file has a variable; null where this naming has no word for it. */
  sourceOf(variable: ModelVariable): TensorSource | null;
  /**
   * Whether a tensor is named as a part of a backbone. One that no variable reads means that the file is for another
   * form of it; what is left over otherwise, such as a classifier, is not read.
   */
  claims(name: string): boolean;
  /** @throws StudioError `model/weights-preprocessing` */
  pictures(): Promise<Pictures>;
  /** What they were trained with; left out for Keras' own. */
  readonly flavour?: Flavour | undefined;
}

/** What a naming knows a file by. */
export type NamedFile = Pick<WeightFile, 'tensors' | 'architecture' | 'topology' | 'flavour' | 'read'>;

/** `name-maps/registry.ts` lists them. */
export interface Naming {
  readonly name: string;
  /** For messages: who names weights this way. */
  readonly label: string;
  /** The maps for a file: one for each backbone that may be in it, none when it is not named this way. */
  fit(file: NamedFile): readonly NameMap[];
}

/** What a library trains on, whatever the file. */
export function trainedOn(preprocessing: Preprocessing | null): () => Promise<Pictures> {
  return () => Promise.resolve({ preprocessing, inside: preprocessing, leftOut: [], saidBy: 'library' });
}
