/**
 * Owns cleaning, as the paper's notebook does it: rows without a picture, without a label or with a picture that does
 * not decode are dropped and counted; the others keep their order and are numbered from 0.
 */
import type { CleaningReport, LeftOutRow, PictureFacts } from '../protocol/dataset.ts';
import { StudioError } from '../protocol/errors.ts';
import type { ResizeMethod } from '../protocol/recipe.ts';
import { checkPictureHeader } from '../platform/picture-header.ts';
import type { Platform } from '../platform/platform.ts';
import type { CuratedRow } from './curate.ts';
import { fingerprintOf } from './fingerprint.ts';
import { cellText, labelOf, wordOf } from './labels.ts';
import type { PictureSink } from './picture-memory.ts';
import { resizePicture } from './resize.ts';
import type { OpenedSource, SourceRow } from './sources/source.ts';

/** What cleaning is told. */
export interface CleaningOptions {
  readonly platform: Platform;
  readonly size: number;
  readonly resize: ResizeMethod;
  readonly signal?: AbortSignal;
  /** Called with the rows read so far. */
  onRows(rows: number): void;
}

/** A kept row. */
export interface CleanedRow extends CuratedRow {
  /** The set's own word for its split, or null. */
  readonly split: string | null;
  readonly seen: SeenPicture;
}

/** A picture that is in the sink. */
export interface SeenPicture {
  /** Its number in the sink. */
  readonly stored: number;
  readonly facts: PictureFacts;
}

/** What cleaning found. */
export interface CleanedRows {
  readonly rows: readonly CleanedRow[];
  /** Pictures without a label, for showing only: at most 200. */
  readonly unlabelled: readonly SeenPicture[];
  readonly report: CleaningReport;
  readonly leftOut: readonly LeftOutRow[];
}

interface Prepared {
  readonly picture: Uint8Array;
  readonly facts: PictureFacts;
}

/** A row to keep, or why it is left out. */
type Outcome =
  | ({ readonly kind: 'kept'; readonly row: Omit<CleanedRow, 'seen'> } & Prepared)
  | { readonly kind: 'withoutLabel'; readonly prepared: Prepared | null }
  | { readonly kind: 'withoutPicture' | 'undecodable'; readonly detail: string };

/** A row with its number in the source. */
interface NumberedRow extends SourceRow {
  readonly sourceRow: number;
}

/** As many rows that were left out are told one by one. */
const MOST_TOLD = 500;
/** As many pictures without a label are shown. */
const MOST_UNLABELLED = 200;

/**
 * Reads all rows of a source, and fills `sink` with the resized pictures of those that are kept, and of some that
 * have no label.
 *
 * @throws StudioError `data/…`, `net/…` from the source; the signal's reason when it is aborted
 */
export async function cleanRows(
  source: OpenedSource,
  sink: PictureSink,
  options: CleaningOptions,
): Promise<CleanedRows> {
  const found = new Found(sink);
  let unlabelled = 0;
  for await (const batch of source.readRows(options.signal)) {
    const first = found.rowsRead;
    const numbered = batch.map((row, index) => ({ ...row, sourceRow: first + index }));
    const prepare = (row: NumberedRow): Promise<Outcome> => {
      const label = row.picture === null ? null : labelOf(row.label, source.labelNames);
      if (row.picture !== null && label === null) unlabelled += 1;
      return prepareRow(row, label, unlabelled <= MOST_UNLABELLED, options);
    };
    await forEachInOrder(numbered, options.platform.cores + 1, prepare, (outcome, row) => {
      options.signal?.throwIfAborted();
      found.add(outcome, row);
      options.onRows(found.rowsRead);
    });
  }
  return found.finish();
}

/** What was found so far. */
class Found {
  rowsRead = 0;
  readonly #rows: CleanedRow[] = [];
  readonly #unlabelled: SeenPicture[] = [];
  readonly #leftOut: LeftOutRow[] = [];
  readonly #counts = { withoutPicture: 0, withoutLabel: 0, undecodable: 0 };
  #stored = 0;

  constructor(readonly sink: PictureSink) {}

  add(outcome: Outcome, { sourceRow, path = '' }: NumberedRow): void {
    this.rowsRead += 1;
    if (outcome.kind === 'kept') {
      this.#rows.push({ ...outcome.row, seen: this.#store(outcome) });
      return;
    }
    const { kind: why } = outcome;
    this.#counts[why] += 1;
    if (outcome.kind === 'withoutLabel' && outcome.prepared !== null) {
      this.#unlabelled.push(this.#store(outcome.prepared));
    }
    const detail = outcome.kind === 'withoutLabel' ? '' : outcome.detail;
    if (this.#leftOut.length < MOST_TOLD) this.#leftOut.push({ sourceRow, path, why, detail });
  }

  #store({ picture, facts }: Prepared): SeenPicture {
    this.sink.append(picture);
    this.#stored += 1;
    return { stored: this.#stored - 1, facts };
  }

  finish(): CleanedRows {
    const report = { rowsRead: this.rowsRead, ...this.#counts, kept: this.#rows.length };
    return { rows: this.#rows, unlabelled: this.#unlabelled, report, leftOut: this.#leftOut };
  }
}

async function prepareRow(
  source: NumberedRow,
  label: string | null,
  showsUnlabelled: boolean,
  { platform, size, resize }: CleaningOptions,
): Promise<Outcome> {
  const { picture: encoded, group, split } = source;
  if (encoded === null) return { kind: 'withoutPicture', detail: '' };
  if (label === null && !showsUnlabelled) return { kind: 'withoutLabel', prepared: null };
  try {
    const picture = resizePicture(await platform.decodePicture(encoded), size, resize);
    const prepared = { picture, facts: factsOf(source, encoded) };
    if (label === null) return { kind: 'withoutLabel', prepared };
    const print = fingerprintOf(encoded, picture, size);
    return { kind: 'kept', row: { label, print, group: wordOf(group), split: wordOf(split) }, ...prepared };
  } catch (thrown) {
    if (!isBadPicture(thrown)) throw thrown;
    return label === null
      ? { kind: 'withoutLabel', prepared: null }
      : { kind: 'undecodable', detail: thrown.message };
  }
}

function factsOf({ sourceRow, path = '', label }: NumberedRow, encoded: Uint8Array): PictureFacts {
  const { format, width, height } = checkPictureHeader(encoded);
  return { sourceRow, path, rawLabel: cellText(label), format, width, height, sizeBytes: encoded.length };
}

function isBadPicture(thrown: unknown): thrown is StudioError {
  return (
    thrown instanceof StudioError &&
    (thrown.code === 'data/picture-undecodable' || thrown.code === 'data/picture-too-large')
  );
}

/** Works on a few items at a time and hands the results over in the items' order. */
async function forEachInOrder<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<Result>,
  use: (result: Result, item: Item) => void,
): Promise<void> {
  const pending: Promise<Result>[] = [];
  try {
    for (let next = 0, done = 0; done < items.length; done += 1) {
      while (next < items.length && pending.length < concurrency) {
        pending.push(work(items[next]!));
        next += 1;
      }
      use(await pending.shift()!, items[done]!);
    }
  } finally {
    // After a failure the others may fail as well; theirs is the same story and must not go unhandled.
    await Promise.allSettled(pending);
  }
}
