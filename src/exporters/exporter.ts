/** What an exporter is; `registry.ts` lists them. */
import type * as tf from '@tensorflow/tfjs';
import type { Preprocessing } from '../models/backbones/backbone.ts';
import type { ExporterEntry } from '../protocol/catalog.ts';
import type { Evaluation } from '../protocol/events.ts';
import type { WeightsRecord } from '../protocol/model.ts';
import type { FullRecipe } from '../protocol/full-recipe.ts';

/** The trained network and what must travel with it. */
export interface TrainedNetwork {
  /** `[batch, size, size, 3]` preprocessed to `[batch, classes]` probabilities; stays the caller's. */
  readonly model: tf.LayersModel;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly recipe: FullRecipe;
  /** Where the backbone's weights came from and their hash. */
  readonly weights: WeightsRecord;
  readonly test: Evaluation | null;
  readonly versions: Readonly<Record<string, string>>;
}

/** Files by name. */
export type ExportedFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** One format. */
export interface Exporter {
  readonly entry: ExporterEntry;
  /** @throws StudioError `export/…` */
  write(trained: TrainedNetwork): Promise<ExportedFiles>;
}
