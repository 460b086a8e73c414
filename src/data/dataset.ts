/** The opened set as the engine uses it. */
import type { DatasetSummary, PictureFacts } from '../protocol/set/dataset.ts';
import type { StudioError } from '../protocol/errors.ts';
import type { RunEvent } from '../protocol/events.ts';
import type { Preparing } from '../protocol/recipe/preparing.ts';
import type { LabelForm } from './cleaning/labels.ts';
import type { FaceDetector } from './faces/crop.ts';
import type { SourceContext } from './sources/source.ts';

/** Pictures resized for the network, by row number after cleaning. */
export interface PictureStore {
  readonly count: number;
  /** Side in pixels. */
  readonly size: number;
  /**
   * Reads pictures as RGB uint8, `[rows.length, size, size, 3]`; waits for those that are still being prepared.
   *
   * @throws StudioError `data/…`
   */
  read(rows: ArrayLike<number>, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** Preparing that goes on after a set was opened. */
export interface Arriving {
  /** Why no more pictures come; null while they do, or when all have. */
  readonly failure: StudioError | null;
  /** Resolves when all is over, however it ended. */
  readonly over: Promise<void>;
  /** Stops it: what is not there does not come any more. */
  end(): void;
}

/** A set after opening, cleaning and splitting. */
export interface Dataset {
  readonly summary: DatasetSummary;
  /** Hash of each row's file. */
  readonly files: readonly string[];
  /** How its labels are held; null where it has none. */
  readonly labelForm: LabelForm | null;
  readonly pictures: PictureStore;
  /** How they were prepared. */
  readonly preparing: Preparing;
  /** Null where all pictures are there. */
  readonly arriving: Arriving | null;
  /** Pictures to look at: the set's, and after them those of `findings.aside`. */
  readonly shown: PictureStore;
  /** By the numbers of `shown`. */
  readonly facts: readonly PictureFacts[];
  /** Ends what still arrives, and lets what is kept of the set on this machine be discarded. */
  readonly close: () => Promise<void>;
}

type ProgressUnit = Extract<RunEvent, { kind: 'progress' }>['unit'];

/** What a set is opened with. */
export interface OpenDatasetOptions extends Omit<SourceContext, 'platform'> {
  /** Asked where the recipe cuts pictures to faces. */
  readonly faces?: FaceDetector;
  /** @param total null while unknown */
  onProgress(done: number, total: number | null, unit: ProgressUnit, label: string): void;
}
