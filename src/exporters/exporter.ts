/** What an exporter is; `registry.ts` lists them. */
import type * as tf from '@tensorflow/tfjs';
import type { Sureness } from '../lib/figures/sureness.ts';
import type { PictureStore } from '../data/dataset.ts';
import type { Preprocessing } from '../models/backbones/backbone.ts';
import type { Graph } from '../models/graph.ts';
import type { ExporterEntry } from '../protocol/catalog.ts';
import type { EpochRecord, Evaluation, KeptPhase } from '../protocol/events.ts';
import type { WeightsRecord } from '../protocol/model.ts';
import type { FullRecipe } from '../protocol/recipe/full-recipe.ts';
import type { InferenceNetwork } from './network/inference.ts';
import type { Precision } from './network/precision.ts';
import type { LoadedNetwork } from './network/run.ts';

/** The trained network and what must travel with it. */
export interface TrainedNetwork {
  /** `[batch, size, size, 3]` preprocessed to `[batch, classes]` probabilities; stays the caller's. */
  readonly model: tf.LayersModel;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly recipe: FullRecipe;
  /** Where the backbone's weights came from and their hash. */
  readonly weights: WeightsRecord;
  readonly history: readonly EpochRecord[];
  readonly test: Evaluation | null;
  /** On the validation pictures. */
  readonly sureness: Sureness | null;
  /** Whose network it is; null where that is not known. */
  readonly kept: KeptPhase | null;
  readonly versions: Readonly<Record<string, string>>;
  /** As `computedSentence` has it; absent where nobody knows: of a network that came as files. */
  readonly computed?: string;
  /** Pictures that it was trained on; null where its set is not open. */
  readonly calibration: Calibration | null;
}

/** Pictures by which a file with rounded values learns between what they lie. */
export interface Calibration {
  readonly pictures: Pick<PictureStore, 'read'>;
  /** Of the training part. */
  readonly rows: readonly number[];
}

export type Chunk = Uint8Array<ArrayBuffer>;

/** A file whose bytes are made while it is written, so that a large network is never there twice. */
export interface ExportedFile {
  /** With slashes, relative to the export's folder. */
  readonly path: string;
  readonly chunks: () => AsyncIterable<Chunk>;
}

/** What a format is written from. */
export interface ExportInput extends TrainedNetwork {
  readonly graph: Graph;
  readonly network: InferenceNetwork;
}

/** One file that can be asked for probabilities, and how near it must come to Mien's. */
export interface ModelFile {
  readonly path: string;
  /** Of its weights; all are computed with as float32. */
  readonly precision: Precision;
  /** Whether pictures go in, or the pooled features that the head takes. */
  readonly takes: 'pictures' | 'features';
  /** Where more than its weights is rounded: how it computes, and how near to that the format's own library comes. */
  readonly rounded?: { readonly load: () => Promise<LoadedNetwork>; readonly tolerance: number };
}

/** What a format writes. */
export interface WrittenNetwork {
  readonly files: readonly ExportedFile[];
  /** Those of them that the proof is held on. */
  readonly models: readonly ModelFile[];
  /** A program that holds the files against the proof beside it and says whether they agree; null where there is no model. */
  readonly checker: ExportedFile | null;
  /** How the files are used, for whoever unpacks them: paragraphs of Markdown. */
  readonly guide: string;
  /** What must be known of the files, in sentences: what is not among them, say. */
  readonly notes?: readonly string[];
  /** More that an export carries beside the network's own files, made from what the proof shows. */
  readonly beside?: (shown: ShownPictures, library: () => Promise<Chunk>) => readonly ExportedFile[];
}

/** The pictures of the proof and what Mien says of them. */
export interface ShownPictures {
  readonly pictures: readonly { readonly name: string; readonly png: Chunk }[];
  /** One row a picture. */
  readonly probabilities: readonly (readonly number[])[];
  /** The most that a probability may differ. */
  readonly tolerance: number;
}

export interface Exporter {
  readonly entry: ExporterEntry;
  /** @throws StudioError `export/…` */
  write(input: ExportInput): Promise<WrittenNetwork>;
}

/** A file of bytes that are there already. */
export function fileOf(path: string, content: string | Chunk): ExportedFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    path,

    async *chunks() {
      yield bytes;
    },
  };
}
