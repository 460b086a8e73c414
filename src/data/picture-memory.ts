/**
 * Owns resized pictures while they are in memory: filled once in row order, then read by row. A store on disk follows
 * the same two halves, so that nothing else changes with it.
 */
import { StudioError } from '../protocol/errors.ts';
import type { PictureStore } from './dataset.ts';

/** Where resized pictures go while a set is opened. */
export interface PictureSink {
  /**
   * Appends the next row's picture.
   *
   * @param picture RGB uint8, `[size, size, 3]`; copied
   * @throws StudioError `data/too-large`
   */
  append(picture: Uint8Array): void;
  /** Ends the filling; the sink is not used after it. */
  finish(): PictureStore;
}

/** Most bytes of pictures kept in memory: 9,400 pictures at 224 take 1.4 GB. */
export const MEMORY_BUDGET_BYTES = 1.5 * 2 ** 30;

/** One allocation holds many pictures, yet a large set never needs one stretch of memory of its own size. */
const BLOCK_BYTES = 32 * 2 ** 20;

/** Makes an empty sink for pictures of `size` x `size`. */
export function pictureMemory(size: number, budgetBytes = MEMORY_BUDGET_BYTES): PictureSink {
  const pictureBytes = size * size * 3;
  const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / pictureBytes));
  const blocks: Uint8Array[] = [];
  let count = 0;
  return {
    append(picture) {
      if ((count + 1) * pictureBytes > budgetBytes) throw tooLarge(count, size, budgetBytes);
      if (count % perBlock === 0) blocks.push(new Uint8Array(perBlock * pictureBytes));
      blocks.at(-1)!.set(picture, (count % perBlock) * pictureBytes);
      count += 1;
    },
    finish: () => ({
      count,
      size,
      read(rows, signal) {
        signal?.throwIfAborted();
        const result = new Uint8Array(rows.length * pictureBytes);
        for (let i = 0; i < rows.length; i += 1) {
          const row = rows[i]!;
          if (!(row >= 0 && row < count)) throw noSuchRow(row, count);
          const from = (row % perBlock) * pictureBytes;
          const block = blocks[Math.floor(row / perBlock)]!;
          result.set(block.subarray(from, from + pictureBytes), i * pictureBytes);
        }
        return Promise.resolve(result);
      },
    }),
  };
}

/** Some rows of a store, numbered anew from 0. */
export function pictureSubset(store: PictureStore, rows: readonly number[]): PictureStore {
  return {
    count: rows.length,
    size: store.size,
    read: (wanted, signal) =>
      // A row that is not there is refused by the store below.
      store.read(
        Array.from(wanted, (row) => rows[row] ?? -1),
        signal,
      ),
  };
}

function tooLarge(count: number, size: number, budgetBytes: number): StudioError {
  const gigabytes = (budgetBytes / 2 ** 30).toFixed(1);
  return new StudioError({
    code: 'data/too-large',
    message: `The pictures are kept in at most ${gigabytes} GB of memory; after ${count} pictures at ${size} x ${size} pixels it is full.`,
    hint: 'Choose a smaller picture size, or a smaller set.',
  });
}

function noSuchRow(row: number, count: number): StudioError {
  return new StudioError({
    code: 'bug/row',
    message: `Row ${row} was asked for; the set has rows 0 to ${count - 1}.`,
    hint: 'Reload the page and open the set again.',
  });
}
