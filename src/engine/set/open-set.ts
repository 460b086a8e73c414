/** Owns the set that is open: opening it, looking at its pictures, storing it on this machine, and saving it as a file. */
import type { Dataset, OpenDatasetOptions } from '../../data/dataset.ts';
import { openDataset, openSource } from '../../data/open-dataset.ts';
import { storeSet } from '../../data/stored-sets/stored-sets.ts';
import { writeSet } from '../../data/stored-sets/write-set.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetSummary, PictureFacts, RgbaPictures, RgbaViews } from '../../protocol/dataset.ts';
import { invariant, StudioError } from '../../protocol/errors.ts';
import type { RunEvent } from '../../protocol/events.ts';
import { fullDataset } from '../../protocol/full-recipe.ts';
import { openingKey } from '../../protocol/identity.ts';
import type { Picked, SavedFile } from '../../protocol/messages.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { ENTRIES } from '../catalog.ts';
import { healing } from './healing.ts';
import { openingOf } from './opening.ts';
import { pickedOf } from './picked.ts';
import { rgbToRgba, thumbnailsOf, viewsOf } from './rgba-pictures.ts';
import { asFile } from './stored.ts';
import type { Tokens } from './tokens.ts';

/** How work on a set is heard and ended. */
export interface SetWork {
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

interface Opened {
  readonly key: string;
  readonly dataset: Dataset;
  /** What it is opened again with. */
  readonly recipe: Recipe;
  readonly given: Omit<OpenDatasetOptions, 'onProgress' | 'signal'>;
}

export class OpenSet {
  #opened: Opened | null = null;

  constructor(
    readonly platform: Platform,
    readonly tokens: Tokens,
  ) {}

  /** The set. @throws StudioError `data/none-open` */
  get dataset(): Dataset {
    return this.#current.dataset;
  }

  /** Opens the recipe's set, unless it is open already, and makes it the current one. */
  async open(asked: Recipe, { files, emit, signal }: Picked & SetWork): Promise<DatasetSummary> {
    // The same set, whether a recipe says what its source does by itself or not.
    const recipe = { ...asked, dataset: fullDataset(asked.dataset, ENTRIES.sources) };
    const key = openingKey(recipe, files);
    if (this.#opened?.key !== key || this.#opened.dataset.arriving?.failure) {
      const given = { ...pickedOf(files), tokenFor: this.tokens.for };
      const open = (ends: AbortSignal): Promise<Dataset> =>
        openDataset(recipe, this.platform, { ...given, ...openingOf(emit), signal: ends });
      const dataset = healing(await open(signal), open, (notice) => {
        emit({ kind: 'notice', of: 'set', notice: notice.toWire() });
      });
      await this.close();
      this.#opened = { key, dataset, recipe, given };
    }
    return this.#opened.dataset.summary;
  }

  /** Lets go of it: what still arrives does not come any more. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    await opened?.dataset.close();
  }

  async pictures(rows: readonly number[]): Promise<RgbaPictures> {
    const { shown } = this.dataset;
    return { size: shown.size, rows, rgba: rgbToRgba(await shown.read(rows)) };
  }

  /** Pictures made small, at most `size` pixels a side: never larger than the network sees them. */
  async thumbnails(rows: readonly number[], size: number, signal: AbortSignal): Promise<RgbaPictures> {
    return thumbnailsOf(this.dataset.shown, rows, size, signal);
  }

  /** @throws StudioError `bug/invariant` for a row that the set does not have */
  describePicture(row: number): PictureFacts {
    const facts = this.dataset.facts[row];
    invariant(facts !== undefined, `the set has a picture ${row.toString()}`);
    return facts;
  }

  /** The first `count` views of one picture, as the recipe's augmentation makes them. */
  async views(recipe: Recipe, row: number, count: number): Promise<RgbaViews> {
    return viewsOf(this.dataset.shown, recipe, row, count);
  }

  /** Keeps it on this machine. @throws StudioError `data/none-open`, `storage/…`, `data/…`, `net/…` */
  async keep({ signal, emit }: SetWork): Promise<void> {
    const { recipe, given, dataset } = this.#current;
    const { onProgress } = openingOf(emit);
    const { source, opened } = await openSource(recipe, this.platform, { ...given, signal });
    await storeSet(this.platform, opened, {
      sourceLabel: source.entry.label,
      labelForm: dataset.labelForm,
      labels: dataset.summary.labels,
      signal,
      onRows: (rows) => onProgress(rows, opened.rowCount, 'pictures', 'Keeping the pictures'),
    });
  }

  /** The set as a file. @throws StudioError `data/none-open`, `data/…`, `net/…` */
  async save({ signal, emit }: SetWork): Promise<SavedFile> {
    const { recipe, given, dataset } = this.#current;
    const { onProgress } = openingOf(emit);
    const { opened } = await openSource(recipe, this.platform, { ...given, signal });
    return asFile(opened.origin, (onBytes) =>
      writeSet(opened, {
        signal,
        labelForm: dataset.labelForm,
        labels: dataset.summary.labels,
        onBytes,
        onRows: (rows) => onProgress(rows, opened.rowCount, 'pictures', 'Writing the pictures'),
      }),
    );
  }

  get #current(): Opened {
    if (this.#opened !== null) return this.#opened;
    throw new StudioError({
      code: 'data/none-open',
      message: 'Pictures were asked for before an image set was opened.',
      hint: 'Choose an image set first.',
    });
  }
}
