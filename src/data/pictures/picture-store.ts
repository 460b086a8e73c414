/** Owns resized pictures by row: filled once in row order, then read in any. */
import { StudioError } from '../../protocol/errors.ts';
import type { PictureStore } from '../dataset.ts';
import { BUDGETS, PictureChunks, type ChunkBudgets, type ChunkPlace } from './picture-chunks.ts';

/** Where resized pictures go while a set is opened. */
export interface PictureSink {
  /**
   * Appends the next row's picture, and resolves when there is room for another.
   *
   * @param picture RGB uint8, `[size, size, 3]`; copied
   * @throws StudioError `data/too-large`
   */
  append(picture: Uint8Array): Promise<void>;
  /** How many of the first pictures can be read already. */
  readonly readable: number;
  /** The pictures, of which there will be `count`; those that cannot be read yet must not be asked for. */
  pictures(count: number): PictureStore;
  /** Ends the filling; the sink is not used after it. */
  finish(): Promise<FilledStore>;
}

/** What a sink ends with. */
export interface FilledStore {
  readonly pictures: PictureStore;
  /** Whether all pictures are kept on this machine. */
  readonly isKept: boolean;
}

const CHUNK_BYTES = 2 ** 20;

/** Pictures of a chunk. */
const perChunk = (size: number): number => Math.max(1, Math.floor(CHUNK_BYTES / (size * size * 3)));
/** Chunks that so many pictures take. */
const chunkCount = (count: number, size: number): number => Math.ceil(count / perChunk(size));

/**
 * Makes an empty sink for pictures of `size` x `size`.
 *
 * @param place where they are kept; null where nothing is
 */
export function pictureSink(
  size: number,
  place: ChunkPlace | null,
  budgets: ChunkBudgets = BUDGETS,
): PictureSink {
  const pictureBytes = size * size * 3;
  const each = perChunk(size);
  const chunks = new PictureChunks(place, budgets);
  let chunk = new Uint8Array(0);
  let count = 0;
  return {
    get readable() {
      return count;
    },
    pictures: (all) => storeOf(chunks, all, size),
    async append(picture) {
      const index = count % each;
      if (index === 0) {
        chunk = new Uint8Array(each * pictureBytes);
        chunks.begin(Math.floor(count / each), chunk);
      }
      chunk.set(picture, index * pictureBytes);
      count += 1;
      if (index === each - 1) await chunks.add(count / each - 1, chunk);
    },
    async finish() {
      const left = count % each;
      if (left > 0) await chunks.add(Math.floor(count / each), chunk.slice(0, left * pictureBytes));
      const isKept = await chunks.flush();
      return { pictures: storeOf(chunks, count, size), isKept };
    },
  };
}

/** The pictures that an earlier sink kept. */
export function keptPictures(
  count: number,
  size: number,
  place: ChunkPlace,
  budgets: ChunkBudgets = BUDGETS,
): PictureStore {
  return storeOf(new PictureChunks(place, budgets, chunkCount(count, size)), count, size);
}

function storeOf(chunks: PictureChunks, count: number, size: number): PictureStore {
  const pictureBytes = size * size * 3;
  const each = perChunk(size);
  return {
    count,
    size,
    async read(rows, signal) {
      signal?.throwIfAborted();
      const result = new Uint8Array(rows.length * pictureBytes);
      const wanted = byChunk(rows, count, each);
      const copy = (chunk: number, bytes: Uint8Array): void => {
        for (const [index, at] of wanted.get(chunk)!) {
          const from = index * pictureBytes;
          result.set(bytes.subarray(from, from + pictureBytes), at * pictureBytes);
        }
      };
      await chunks.forEach(wanted.keys(), copy, signal);
      return result;
    },
  };
}

/** Of each chunk: which of its pictures are wanted, and where they go. */
function byChunk(rows: ArrayLike<number>, count: number, each: number): Map<number, [number, number][]> {
  const wanted = new Map<number, [number, number][]>();
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at]!;
    if (!(row >= 0 && row < count)) throw noSuchRow(row, count);
    const chunk = Math.floor(row / each);
    const places = wanted.get(chunk) ?? [];
    places.push([row % each, at]);
    wanted.set(chunk, places);
  }
  return wanted;
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

function noSuchRow(row: number, count: number): StudioError {
  return new StudioError({
    code: 'bug/row',
    message: `Row ${row} was asked for; the set has rows 0 to ${count - 1}.`,
    hint: 'Reload the page and open the set again.',
  });
}
