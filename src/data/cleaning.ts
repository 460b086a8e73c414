/**
 * Owns cleaning, as the paper's notebook does it: rows without a picture, without a label or with a picture that does
 * not decode are dropped and counted; the others keep their order and are numbered from 0.
 */
import type { CleaningReport } from '../protocol/dataset.ts';
import { StudioError } from '../protocol/errors.ts';
import type { ResizeMethod } from '../protocol/recipe.ts';
import type { Platform } from '../platform/platform.ts';
import { labelOf } from './labels.ts';
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

/** What cleaning found. */
export interface CleanedRows {
  /** Class name of each kept row. */
  readonly labels: readonly string[];
  readonly report: CleaningReport;
}

/** A row's resized picture, or why it is dropped. */
type Outcome = Uint8Array | 'withoutPicture' | 'withoutLabel' | 'undecodable';

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
  const labels: string[] = [];
  const dropped = { withoutPicture: 0, withoutLabel: 0, undecodable: 0 };
  let rowsRead = 0;
  for await (const batch of source.readRows(options.signal)) {
    const labelOfBatch = batch.map((row) => labelOf(row.label, source.labelNames));
    const prepare = (row: SourceRow, index: number): Promise<Outcome> =>
      prepareRow(row, labelOfBatch[index]!, options);
    await forEachInOrder(batch, options.platform.cores + 1, prepare, (outcome, index) => {
      options.signal?.throwIfAborted();
      rowsRead += 1;
      if (typeof outcome === 'string') {
        dropped[outcome] += 1;
      } else {
        sink.append(outcome);
        labels.push(labelOfBatch[index]!);
      }
      options.onRows(rowsRead);
    });
  }
  return { labels, report: { rowsRead, ...dropped, kept: labels.length } };
}

async function prepareRow(row: SourceRow, label: string | null, options: CleaningOptions): Promise<Outcome> {
  if (row.picture === null) return 'withoutPicture';
  if (label === null) return 'withoutLabel';
  try {
    return resizePicture(await options.platform.decodePicture(row.picture), options.size, options.resize);
  } catch (thrown) {
    if (isBadPicture(thrown)) return 'undecodable';
    throw thrown;
  }
}

function isBadPicture(thrown: unknown): boolean {
  return (
    thrown instanceof StudioError &&
    (thrown.code === 'data/picture-undecodable' || thrown.code === 'data/picture-too-large')
  );
}

/** Works on a few items at a time and hands the results over in the items' order. */
async function forEachInOrder<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item, index: number) => Promise<Result>,
  use: (result: Result, index: number) => void,
): Promise<void> {
  const pending: Promise<Result>[] = [];
  try {
    for (let next = 0, done = 0; done < items.length; done += 1) {
      while (next < items.length && pending.length < concurrency) {
        pending.push(work(items[next]!, next));
        next += 1;
      }
      use(await pending.shift()!, done);
    }
  } finally {
    // After a failure the others may fail as well; theirs is the same story and must not go unhandled.
    await Promise.allSettled(pending);
  }
}
