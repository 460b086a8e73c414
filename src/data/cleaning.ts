/**
 * Owns cleaning, as the paper's notebook does it: rows without a picture, without a label or with a picture that does
 * not decode are dropped and counted; the others keep their order and are numbered from 0.
 */
import type { CleaningReport, LeftOutRow, PictureFacts } from '../protocol/dataset.ts';
import { StudioError } from '../protocol/errors.ts';
import type { ResizeMethod } from '../protocol/recipe.ts';
import { checkPictureHeader } from '../platform/picture-header.ts';
import type { CuratedRow } from './curate.ts';
import { cellText, labelOf, wordOf } from './labels.ts';
import type { PictureSink } from './pictures/picture-store.ts';
import { eachOf, mapInOrder } from '../lib/in-order.ts';
import type { PicturePool } from './pool/picture-pool.ts';
import type { OpenedSource, SourceRow } from './sources/source.ts';

/** What cleaning is told. */
export interface CleaningOptions {
  readonly pool: PicturePool;
  readonly size: number;
  readonly resize: ResizeMethod;
  readonly signal?: AbortSignal;
  /** Called with the rows read so far. */
  onRows(rows: number): void;
}

/** A kept row; it is stored as JSON, see `pictures/prepared-sets.ts`. */
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

interface Worked {
  readonly row: NumberedRow;
  readonly outcome: Outcome;
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
  const { pool, signal } = options;
  let unlabelled = 0;
  const prepare = async (row: NumberedRow): Promise<Worked> => {
    const label = row.picture === null ? null : labelOf(row.label, source.labelNames);
    if (row.picture !== null && label === null) unlabelled += 1;
    return { row, outcome: await prepareRow(row, label, unlabelled <= MOST_UNLABELLED, options) };
  };
  for await (const { row, outcome } of mapInOrder(eachOf(numbered(source, signal)), pool.width, prepare)) {
    signal?.throwIfAborted();
    await found.add(outcome, row);
    options.onRows(found.rowsRead);
  }
  return found.finish();
}

async function* numbered(source: OpenedSource, signal?: AbortSignal): AsyncGenerator<NumberedRow[]> {
  let first = 0;
  for await (const batch of source.readRows(signal)) {
    const from = first;
    yield batch.map((row, index) => ({ ...row, sourceRow: from + index }));
    first += batch.length;
  }
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

  async add(outcome: Outcome, { sourceRow, path = '' }: NumberedRow): Promise<void> {
    this.rowsRead += 1;
    if (outcome.kind === 'kept') {
      this.#rows.push({ ...outcome.row, seen: await this.#store(outcome) });
      return;
    }
    const { kind: why } = outcome;
    this.#counts[why] += 1;
    if (outcome.kind === 'withoutLabel' && outcome.prepared !== null) {
      this.#unlabelled.push(await this.#store(outcome.prepared));
    }
    const detail = outcome.kind === 'withoutLabel' ? '' : outcome.detail;
    if (this.#leftOut.length < MOST_TOLD) this.#leftOut.push({ sourceRow, path, why, detail });
  }

  async #store({ picture, facts }: Prepared): Promise<SeenPicture> {
    await this.sink.append(picture);
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
  { pool, size, resize }: CleaningOptions,
): Promise<Outcome> {
  const { picture: encoded, group, split } = source;
  if (encoded === null) return { kind: 'withoutPicture', detail: '' };
  if (label === null && !showsUnlabelled) return { kind: 'withoutLabel', prepared: null };
  try {
    const { picture, print } = await pool.prepare({ encoded, size, resize });
    const prepared = { picture, facts: factsOf(source, encoded) };
    if (label === null) return { kind: 'withoutLabel', prepared };
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
