/**
 * Owns finding pictures that look the same. Two do whose perceptual hashes differ in at most seven of 64 bits and whose
 * thumbnails correlate; sets are what such pairs connect.
 *
 * Of eight bytes of two such hashes one is equal, so that pairs are looked for among rows that share a byte, and each
 * pair where its first equal byte is. Where pictures are spread that leaves a hundredth of all pairs; where all look much
 * alike, as products before one background, sharing tells nothing and all pairs are looked at once. Three things keep
 * those n^2 / 2 bearable: rows that are in one set already are not held against each other, so that copies of one
 * picture cost little; a pair costs a look at two words; and where their hashes are near, 1024 products by SIMD on
 * thumbnails that lie in the nearest cache (thumbnail-kernel.as.ts).
 */
import { letMessagesIn } from '../../lib/let-messages-in.ts';
import { correlationOf, hashDistance, momentsOf, type Fingerprint, type Moments } from './fingerprint.ts';
import { JoinedSets } from './joined-sets.ts';
import { BLOCK, thumbnailBlock, type ThumbnailBlock } from './thumbnail-kernel.ts';

/** How a long search is watched and ended. */
export interface Watched {
  readonly signal?: AbortSignal | undefined;
  /** @param done of `total` pictures, as the pairs that were looked at stand for them */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Bits of 64 that may differ: seven, so that of eight bytes one is equal and candidates are found by it. */
const MOST_BITS = 7;
const BYTES = 8;

/** How alike the thumbnails must be. Different drawn faces of the sample set reach 0.97. */
const LEAST_CORRELATION = 0.985;

/** After so long messages are let in, in ms: a cancel is heard, and progress is said. */
const TURN_MS = 40;

/**
 * Finds sets of at least two rows that look the same, each in row order, the sets by their first rows.
 *
 * @param rows numbers of the rows to look at, ascending
 * @throws the signal's reason when it is aborted
 */
export async function findNearCopies(
  rows: readonly number[],
  prints: readonly Fingerprint[],
  watched: Watched = {},
): Promise<number[][]> {
  const search = new Search(rows.map((row) => prints[row]!));
  const buckets = search.buckets();
  const pairs = buckets.reduce((sum, { members }) => sum + pairsOf(members.length), 0);
  const turns = new Turns(watched, rows.length, pairs);
  for (const bucket of buckets) await search.joinNear(bucket, turns);
  turns.end();
  return search.sets.ofAtLeastTwo().map((set) => set.map((index) => rows[index]!));
}

const pairsOf = (members: number): number => (members * (members - 1)) / 2;

/** Lets messages in now and then. */
class Turns {
  #done = 0;
  #hasSaid = false;
  #since = performance.now();

  /** @param pairs of all that are looked at */
  constructor(
    readonly watched: Watched,
    readonly rows: number,
    readonly pairs: number,
  ) {}

  /** Counts pairs; says whether it is time to {@link take} a turn. */
  isDueAfter(pairs: number): boolean {
    this.#done += pairs;
    return performance.now() - this.#since >= TURN_MS;
  }

  async take(): Promise<void> {
    const { signal } = this.watched;
    this.#say(Math.floor((this.#done / this.pairs) * this.rows));
    await letMessagesIn();
    signal?.throwIfAborted();
    this.#since = performance.now();
  }

  /** A search that was long enough to be spoken of is said to be over. */
  end(): void {
    if (this.#hasSaid) this.#say(this.rows);
  }

  #say(done: number): void {
    this.#hasSaid = true;
    this.watched.onProgress?.(done, this.rows);
  }
}

/** Rows of which pairs are looked at, ascending. */
interface Bucket {
  readonly members: Int32Array;
  /** Pairs that share one of so many first bytes were looked at in other buckets. */
  readonly byte: number;
}

class Search {
  readonly sets: JoinedSets;
  readonly #upper: Int32Array;
  readonly #lower: Int32Array;
  readonly #moments: readonly Moments[];

  constructor(readonly prints: readonly Fingerprint[]) {
    this.sets = new JoinedSets(prints.length);
    this.#upper = Int32Array.from(prints, ({ perceptualHash: [upper] }) => upper);
    this.#lower = Int32Array.from(prints, ({ perceptualHash: [, lower] }) => lower);
    this.#moments = prints.map(({ thumbnail }) => momentsOf(thumbnail));
  }

  /** Rows that share a byte of their hash, byte by byte; all in one where that would be more work. */
  buckets(): Bucket[] {
    const buckets = Array.from({ length: BYTES }, (_, byte) => this.#bucketsOf(byte)).flat();
    const pairs = buckets.reduce((sum, { members }) => sum + pairsOf(members.length), 0);
    const all = { members: Int32Array.from(this.prints.keys()), byte: 0 };
    return pairs > pairsOf(this.prints.length) ? [all] : buckets;
  }

  #bucketsOf(byte: number): Bucket[] {
    const words = byte < 4 ? this.#upper : this.#lower;
    const rowsOf = Array.from({ length: 256 }, (): number[] => []);
    for (const [row, word] of words.entries()) rowsOf[(word >>> ((byte % 4) * 8)) & 255]!.push(row);
    return rowsOf.filter((rows) => rows.length > 1).map((rows) => ({ members: Int32Array.from(rows), byte }));
  }

  /** Holds the rows of a bucket against each other where they are in other sets, a block of them at a time. */
  async joinNear({ members, byte }: Bucket, turns: Turns): Promise<void> {
    for (let from = 0; from < members.length; from += BLOCK) {
      const block = members.subarray(from, from + BLOCK);
      let thumbnails: ThumbnailBlock | null = null;
      for (let place = from + 1; place < members.length; place += 1) {
        const row = members[place]!;
        const before = Math.min(BLOCK, place - from);
        const count = this.#candidates(row, block, before, byte);
        if (count > 0) {
          thumbnails ??= thumbnailBlock(Array.from(block, (other) => this.prints[other]!.thumbnail));
          this.#joinAlike(row, block, thumbnails, count);
        }
        if (turns.isDueAfter(before)) await turns.take();
      }
    }
  }

  /** Where in the block candidates are. */
  readonly #places = new Int32Array(BLOCK);

  /**
   * Finds those of a block that may look the same as a row and are in other sets: their hashes are near, and no byte
   * before this one is equal, since such a pair was looked at there.
   *
   * @returns how many there are
   */
  #candidates(row: number, block: Int32Array, before: number, byte: number): number {
    const { setOf } = this.sets;
    const set = setOf[row]!;
    const upper = this.#upper[row]!;
    const lower = this.#lower[row]!;
    let count = 0;
    for (let place = 0; place < before; place += 1) {
      const other = block[place]!;
      if (setOf[other] === set) continue;
      const ofUpper = this.#upper[other]! ^ upper;
      const ofLower = this.#lower[other]! ^ lower;
      if (hashDistance(ofUpper, ofLower) > MOST_BITS) continue;
      if (byte > 0 && (hasZeroByte(ofUpper, Math.min(byte, 4)) || hasZeroByte(ofLower, byte - 4))) continue;
      this.#places[count] = place;
      count += 1;
    }
    return count;
  }

  #joinAlike(row: number, block: Int32Array, thumbnails: ThumbnailBlock, count: number): void {
    const products = thumbnails.products(this.prints[row]!.thumbnail, this.#places, count);
    const moments = this.#moments[row]!;
    for (let i = 0; i < count; i += 1) {
      const other = block[this.#places[i]!]!;
      const correlation = correlationOf(products[i]!, moments, this.#moments[other]!);
      if (correlation >= LEAST_CORRELATION) this.sets.join(row, other);
    }
  }
}

/** Whether one of the first bytes of a word, from the lowest, is 0. */
function hasZeroByte(word: number, bytes: number): boolean {
  if (bytes <= 0) return false;
  // Subtracting 1 from each byte sets the highest bit of a 0; a byte above it may be wrong about itself, not about the word.
  const zeros = (word - 0x01010101) & ~word & 0x80808080;
  return (zeros & (2 ** (bytes * 8) - 1)) !== 0;
}
