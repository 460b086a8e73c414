/**
 * Owns cleaning, as the paper's notebook does it: rows without a picture, without a label or with a picture that does
 * not decode are dropped and counted; the others keep their order and are numbered from 0.
 */
import type { CleaningReport, LeftOutRow } from '../protocol/dataset.ts';
import { StudioError } from '../protocol/errors.ts';
import type { ResizeMethod } from '../protocol/recipe.ts';
import type { Platform } from '../platform/platform.ts';
import type { CuratedRow } from './curate.ts';
import { fingerprintOf } from './fingerprint.ts';
import { labelOf, wordOf } from './labels.ts';
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
}

/** What cleaning found. */
export interface CleanedRows {
  readonly rows: readonly CleanedRow[];
  readonly report: CleaningReport;
  readonly leftOut: readonly LeftOutRow[];
}

/** A row to keep, or why it is left out. */
type Outcome =
  | { readonly kind: 'kept'; readonly row: CleanedRow; readonly picture: Uint8Array }
  | { readonly kind: LeftOutRow['why']; readonly detail: string };

/** As many rows that were left out are told one by one. */
const MOST_TOLD = 500;

/**
 * Reads all rows of a source, and fills `sink` with the resized pictures of those that are kept.
 *
 * @throws StudioError `data/…`, `net/…` from the source; the signal's reason when it is aborted
 */
export async function cleanRows(
  source: OpenedSource,
  sink: PictureSink,
  options: CleaningOptions,
): Promise<CleanedRows> {
  const rows: CleanedRow[] = [];
  const leftOut: LeftOutRow[] = [];
  const dropped = { withoutPicture: 0, withoutLabel: 0, undecodable: 0 };
  let rowsRead = 0;
  for await (const batch of source.readRows(options.signal)) {
    const prepare = (row: SourceRow): Promise<Outcome> => prepareRow(row, source.labelNames, options);
    await forEachInOrder(batch, options.platform.cores + 1, prepare, (outcome) => {
      options.signal?.throwIfAborted();
      if (outcome.kind === 'kept') {
        sink.append(outcome.picture);
        rows.push(outcome.row);
      } else {
        dropped[outcome.kind] += 1;
        const { kind: why, detail } = outcome;
        if (leftOut.length < MOST_TOLD) leftOut.push({ sourceRow: rowsRead, why, detail });
      }
      rowsRead += 1;
      options.onRows(rowsRead);
    });
  }
  return { rows, report: { rowsRead, ...dropped, kept: rows.length }, leftOut };
}

async function prepareRow(
  { picture: encoded, label: cell, group, split }: SourceRow,
  labelNames: readonly string[] | null,
  { platform, size, resize }: CleaningOptions,
): Promise<Outcome> {
  if (encoded === null) return { kind: 'withoutPicture', detail: '' };
  const label = labelOf(cell, labelNames);
  if (label === null) return { kind: 'withoutLabel', detail: '' };
  try {
    const picture = resizePicture(await platform.decodePicture(encoded), size, resize);
    const print = fingerprintOf(encoded, picture, size);
    const row = { label, print, group: wordOf(group), split: wordOf(split) };
    return { kind: 'kept', row, picture };
  } catch (thrown) {
    if (isBadPicture(thrown)) return { kind: 'undecodable', detail: thrown.message };
    throw thrown;
  }
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
  use: (result: Result) => void,
): Promise<void> {
  const pending: Promise<Result>[] = [];
  try {
    for (let next = 0, done = 0; done < items.length; done += 1) {
      while (next < items.length && pending.length < concurrency) {
        pending.push(work(items[next]!));
        next += 1;
      }
      use(await pending.shift()!);
    }
  } finally {
    // After a failure the others may fail as well; theirs is the same story and must not go unhandled.
    await Promise.allSettled(pending);
  }
}
