/** What the engine says of a network: enough to draw the strip of blocks and to move the cut over it. */

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
  readonly waist: { readonly layer: string; readonly shape: readonly number[] };
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
  readonly weights: { readonly origin: string; readonly sizeBytes: number; readonly sha256: string | null };
}
