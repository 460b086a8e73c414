/** The opened set as the engine uses it. */
import type { DatasetSummary, PictureFacts } from '../protocol/dataset.ts';

/** Pictures resized for the network, by row number after cleaning. */
export interface PictureStore {
  readonly count: number;
  /** Side in pixels. */
  readonly size: number;
  /**
   * Reads pictures as RGB uint8, `[rows.length, size, size, 3]`. Decodes on first use, then from the store.
   *
   * @throws StudioError `data/…`
   */
  read(rows: ArrayLike<number>, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** A set after opening, cleaning and splitting. */
export interface Dataset {
  readonly summary: DatasetSummary;
  readonly pictures: PictureStore;
  /** What the keys of its prepared pictures begin with; null where they are only in memory. */
  readonly preparedPrefix: string | null;
  /** Pictures to look at: the set's, and after them those of `findings.aside`. */
  readonly shown: PictureStore;
  /** By the numbers of `shown`. */
  readonly facts: readonly PictureFacts[];
}
