/** What the engine says of a network: enough to draw the strip of blocks and to move the cut over it. */
import type { WireError } from './errors.ts';
import type { Recipe } from './recipe/recipe.ts';

/** One layer, named and ordered as Keras names and orders it. */
export interface LayerSummary {
  readonly name: string;
  readonly className: string;
  /** Output shape without the batch, `[height, width, channels]` or `[units]`. */
  readonly shape: readonly number[];
  readonly parameters: number;
  /** Parameters that train when the layer is unfrozen (BatchNorm averages do not). */
  readonly trainableParameters: number;
  /** Multiply-adds of one picture's forward pass. */
  readonly multiplyAdds: number;
}

/** A run of layers that the strip draws as one bar. */
export interface BlockSummary {
  readonly name: string;
  /** Index of its first layer and one past its last. */
  readonly from: number;
  readonly to: number;
  readonly shape: readonly number[];
}

/** Where a backbone is cut when its last `unfreeze` layers train. */
export interface CutSummary {
  readonly unfreeze: number;
  /** Name of the first trainable layer. */
  readonly firstTrainable: string;
  /** Last single tensor at or before the cut: what is cached. */
  readonly cutOutput: { readonly layer: string; readonly shape: readonly number[] };
}

export interface ModelSummary {
  readonly backbone: string;
  readonly label: string;
  /** `[height, width, 3]`. */
  readonly inputShape: readonly number[];
  readonly layers: readonly LayerSummary[];
  readonly blocks: readonly BlockSummary[];
  /** The cut for each number of unfrozen layers: entry n for the last n; entry 0 is the head alone. */
  readonly cuts: readonly CutSummary[];
  readonly headParameters: number;
  readonly weights: WeightsSummary;
}

/** What a run and its exports record of the weights that it began with. */
export interface WeightsRecord {
  /** One clause: where they come from. */
  readonly origin: string;
  /** Bytes read; 0 for random weights. */
  readonly sizeBytes: number;
  /** Of the values, in hexadecimal; null where none can be computed. */
  readonly sha256: string | null;
}

/** What is known of a recipe's weights before they are loaded. */
export interface WeightsSummary {
  readonly kind: 'random' | 'shipped' | 'download' | 'file' | 'run';
  /** Where they come from, for example `google/mobilenet_v2_1.0_224`. */
  readonly origin: string;
  /** What has to be read of them; null while nobody knows. */
  readonly sizeBytes: number | null;
  /** How much of that is on this machine. */
  readonly hereBytes: number;
  /** Class names that came with them, or null. */
  readonly labels: readonly string[] | null;
  /** How a file of the user's own is used, once it has been opened; null for others. */
  readonly use: WeightsUse | null;
  /** Why there are none to load; null while nothing speaks against it. */
  readonly problem: WireError | null;
}

/** What becomes of uint8 RGB, channel by channel: `y[c] = x[order[c]] * scale[c] + offset[c]`. */
export interface ChannelSum {
  readonly order: readonly [number, number, number];
  readonly scale: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
}

/** How weights of the user's own are used. */
export interface WeightsUse {
  /** What pictures become before the network's first convolution. */
  readonly preprocessing: ChannelSum;
  /** Who says so; `nobody` where it is only what is usual for the network. */
  readonly saidBy: 'recipe' | 'file' | 'library' | 'nobody';
  /** What the network's own weights were trained on. */
  readonly usual: ChannelSum;
  /** Layers of the file that are not used, such as a classifier's. */
  readonly leftOut: readonly string[];
  /** What must be known of it though it can be used. */
  readonly notices: readonly WireError[];
}

/** A file of weights that was opened, and the network it is for. */
export interface FoundWeights {
  readonly kind: 'found';
  /** The recipe's `backbone` for these weights. */
  readonly backbone: Recipe['backbone'];
  /** The reader's words for the format, for example `tfjs model.json`. */
  readonly format: string;
  readonly weights: WeightsSummary;
}

/** What was found in what the user gave: weights, or several files of them, of which one has to be chosen. */
export type InspectedWeights = FoundWeights | { readonly kind: 'several'; readonly paths: readonly string[] };

/** How many of a backbone's last layers can be opened at most; whoever offers or takes a cut goes by it. */
export function mostUnfrozen({ cuts }: Pick<ModelSummary, 'cuts'>): number {
  return cuts.length - 1;
}
