/** What the page and the engine say of a trained network that is tried on pictures, none of which is kept. */
import type { Sureness } from '../lib/figures/sureness.ts';
import type { RgbaPicture } from './set/dataset.ts';
import type { WireError } from './errors.ts';
import type { FullRecipe } from './recipe/full-recipe.ts';

/** A picture that a network is asked about. */
export type AskedPicture =
  /** A picture's file, as it was dropped, pasted or picked. */
  | { readonly kind: 'file'; readonly file: Blob }
  /** What a camera shows: `width * height` pixels of RGBA. */
  | {
      readonly kind: 'frame';
      readonly width: number;
      readonly height: number;
      readonly rgba: Uint8ClampedArray<ArrayBuffer>;
    }
  /** One of the open set, by its row. */
  | { readonly kind: 'row'; readonly row: number }
  /** One that was asked about before, as the network saw it: {@link Answer.seen}. */
  | { readonly kind: 'seen'; readonly rgba: Uint8ClampedArray<ArrayBuffer> };

/** A grey square over a picture. All are shares of the picture's side; `x` and `y` are its middle, from the top left. */
export interface Patch {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** A network that is ready to be asked. */
export interface TriedNetwork {
  readonly runId: string;
  readonly recipe: FullRecipe;
  /** Class names in index order. */
  readonly labels: readonly string[];
  /** Of the set that it was trained on; see `DatasetSummary.setHash`. */
  readonly setHash: string;
  /** What its answers on the validation pictures were worth; null for one that was trained before Mien kept it. */
  readonly sureness: Sureness | null;
  /** How many answer together; only one alone shows where it looked. */
  readonly members: number;
}

/** Where a network looked for each class: Grad-CAM of the class's logit. */
export interface HeatMaps {
  readonly width: number;
  readonly height: number;
  /** `[classes, height, width]`, 0 to 1: each class's largest is 1, or all are 0. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** A part of a picture; all are shares of its width and height, `x` and `y` those of the upper left corner. */
export interface PicturePart {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The faces that were looked for in a picture. */
export interface FoundFaces {
  /** The largest first. */
  readonly faces: readonly PicturePart[];
  /** Which of them the network was shown, and the square around it; null where there is none, and it was shown the whole. */
  readonly shown: { readonly index: number; readonly square: PicturePart } | null;
  /** Of the picture, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** What a network says of pictures of a set. */
export interface AnsweredRows {
  /** `[rows, classes]`. */
  readonly probabilities: Float32Array<ArrayBuffer>;
  /** What its head starts from: the mean of each map of the features, `[rows, channels]`; null unless asked for. */
  readonly features: Float32Array<ArrayBuffer> | null;
}

/** What a network says of a picture. */
export interface Answer {
  /** By class. */
  readonly probabilities: Float32Array<ArrayBuffer>;
  /** As the network sees it, without the patch. */
  readonly seen: RgbaPicture;
  /** Null unless asked for. */
  readonly maps: HeatMaps | null;
  /** Null where none were looked for. */
  readonly faces: FoundFaces | null;
  /** What preparing the picture and asking took. */
  readonly tookMs: number;
  /** What became of the picture that its owner may not expect. */
  readonly notes: readonly WireError[];
}
