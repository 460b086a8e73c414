/** Owns the set that is open: opening it, looking at its pictures, storing it on this machine, and saving it as a file. */
import type { Dataset, OpenDatasetOptions } from '../../data/dataset.ts';
import { openDataset, openSource } from '../../data/open-dataset.ts';
import { storeSet } from '../../data/stored-sets/stored-sets.ts';
import { writeSet } from '../../data/stored-sets/write-set.ts';
import type { Platform } from '../../platform/platform.ts';
import { editedSet } from '../../data/edits/edited-set.ts';
import type { FaceDetector } from '../../data/faces/crop.ts';
import { AddedPictures } from '../../data/edits/added-pictures.ts';
import { KeptEdits } from '../../data/edits/kept-edits.ts';
import { isSame } from '../../lib/json.ts';
import type { DatasetSummary, PictureFacts, RgbaPictures, RgbaViews } from '../../protocol/set/dataset.ts';
import { parseEditsFile, type Edit } from '../../protocol/set/edits.ts';
import { invariant, StudioError } from '../../protocol/errors.ts';
import type { RunEvent } from '../../protocol/events.ts';
import { fullDataset } from '../../protocol/recipe/full-recipe.ts';
import { readingKey, withoutEdits } from '../../protocol/identity.ts';
import type { EditedList, Picked, Requests, SavedFile } from '../../protocol/messages.ts';
import { preparingOf } from '../../protocol/recipe/preparing.ts';
import type { EditsRef, Recipe } from '../../protocol/recipe/recipe.ts';
import { ENTRIES } from '../catalog.ts';
import { changedList } from './changed-list.ts';
import { healing } from './healing.ts';
import { openingOf } from './opening.ts';
import { pickedOf } from './picked.ts';
import { rgbToRgba, thumbnailsOf, viewsOf } from './rgba-pictures.ts';
import { asFile, fileNameOf } from './stored.ts';
import type { Tokens } from './tokens.ts';

/** How work on a set is heard and ended. */
export interface SetWork {
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

interface Opened {
  /** Of the set before edits. */
  readonly key: string;
  /** Before edits. */
  readonly base: Dataset;
  /** After them. */
  readonly dataset: Dataset;
  /** Of which set that is. */
  readonly edits: EditsRef | null;
  readonly added: AddedPictures;
  /** What it is opened again with: the recipe before edits. */
  readonly recipe: Recipe;
  readonly given: Omit<OpenDatasetOptions, 'onProgress' | 'signal'>;
}

export class OpenSet {
  #opened: Opened | null = null;

  /** All lists of edits that are known here. */
  readonly edits: KeptEdits;

  constructor(
    readonly platform: Platform,
    readonly tokens: Tokens,
    readonly faces: FaceDetector,
  ) {
    this.edits = new KeptEdits(platform.openStore('edits'));
  }

  /** The set. @throws StudioError `data/none-open` */
  get dataset(): Dataset {
    return this.#current.dataset;
  }

  /** The set; null where none is open. */
  get opened(): Dataset | null {
    return this.#opened?.dataset ?? null;
  }

  /** Opens the recipe's set, unless it is open already, edits it as the recipe says, and makes it the current one. */
  async open(asked: Recipe, { files, emit, signal }: Picked & SetWork): Promise<DatasetSummary> {
    // The same set, whether a recipe says what its source does by itself or not.
    const full = { ...asked, dataset: fullDataset(asked.dataset, ENTRIES.sources) };
    const recipe = withoutEdits(full);
    const list = full.dataset.edits ?? null;
    const key = readingKey(recipe, files);
    // A list that is not here is said before a set is read for minutes.
    const edits = list === null ? [] : await this.edits.edits(list);
    const opened = this.#opened?.key === key && !this.#opened.base.arriving?.failure ? this.#opened : null;
    if (opened !== null) {
      if (!isSame(opened.edits, list)) this.#opened = await this.#edited(opened, list, edits);
    } else {
      const { faces } = this;
      const given = { ...pickedOf(files), tokenFor: this.tokens.for, faces };
      const open = (ends: AbortSignal): Promise<Dataset> =>
        openDataset(recipe, this.platform, { ...given, ...openingOf(emit), signal: ends });
      const base = healing(await open(signal), open, (notice) => {
        emit({ kind: 'notice', of: 'set', notice: notice.toWire() });
      });
      const cropping = { preparing: preparingOf(recipe.image), faces };
      const added = new AddedPictures(this.platform, this.edits, cropping);
      try {
        const next = await this.#edited({ key, base, added, recipe, given }, list, edits);
        await this.close();
        this.#opened = next;
      } catch (error) {
        await base.close();
        throw error;
      }
    }
    return this.dataset.summary;
  }

  /** The set after a list of edits; its pictures are not read again. */
  async #edited(
    opened: Omit<Opened, 'dataset' | 'edits'>,
    list: EditsRef | null,
    edits: readonly Edit[],
  ): Promise<Opened> {
    const { base, recipe, added } = opened;
    if (list !== null) {
      const dataset = await editedSet(base, list, edits, recipe, added);
      await this.edits.setLatest(base.summary.contentHash, list);
      return { ...opened, dataset, edits: list };
    }
    const kept = await this.edits.latestOf(base.summary.contentHash);
    const summary = kept === null ? base.summary : { ...base.summary, keptEdits: kept };
    const dataset = {
      ...base,
      summary,
      get arriving() {
        return base.arriving;
      },
    };
    return { ...opened, dataset, edits: null };
  }

  /**
   * Makes a list of edits of the open set: one edit more, one less, or another. The set is edited when it is next opened
   * by that list, which the recipe then names.
   *
   * @returns the list's name, null for none; and files that are no pictures
   * @throws StudioError `data/none-open`, `data/edits-missing`, `data/edits-leave-too-little`, `data/nothing-to-add`
   */
  async edit({ list, change }: Requests['editSet']['input'], { emit }: SetWork): Promise<EditedList> {
    const { base, recipe, added, dataset } = this.#current;
    const { list: next, unreadable } = await changedList({ kept: this.edits, added, dataset }, list, change);
    if (next !== null) await editedSet(base, next, await this.edits.edits(next), recipe, added);
    const { trouble } = this.edits;
    if (trouble !== null) emit({ kind: 'notice', of: 'set', notice: trouble.toWire() });
    return { list: next, unreadable };
  }

  /** Reads a file of edits. @throws StudioError `data/not-edits` */
  async takeEdits(file: Blob): Promise<EditedList> {
    return { list: await this.edits.take(parseEditsFile(await file.text())), unreadable: [] };
  }

  /** The edits of the open set as a file. @throws StudioError `data/none-open`, `data/edits-missing` */
  async saveEdits(list: EditsRef): Promise<SavedFile> {
    const name = fileNameOf(this.#current.dataset.summary.origin, 'edits', 'json');
    return { fileName: name, blob: new Blob([JSON.stringify(await this.edits.file(list))]) };
  }

  /** Lets go of it: what still arrives does not come any more. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    await opened?.base.close();
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
  describePictures(rows: readonly number[]): PictureFacts[] {
    const { facts } = this.dataset;
    return rows.map((row) => {
      const known = facts[row];
      invariant(known !== undefined, `the set has a picture ${row.toString()}`);
      return known;
    });
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
