/**
 * Pictures that the page has asked the worker for, so that none is asked for twice while it is in use: those that stand
 * on the page, as large as the network sees them, and small ones for long lists.
 */
import type { Call } from '../../client/studio-client.ts';
import type { DatasetSummary, RgbaPictures } from '../../protocol/set/dataset.ts';
import { isAbort, StudioError } from '../../protocol/errors.ts';

/** One picture as the network sees it, ready for `putImageData`. */
export type Picture = ImageData;

/** The picture at a place of an answer; null where it holds fewer. */
export function pictureAt(
  { rgba, size }: Pick<RgbaPictures, 'rgba' | 'size'>,
  index: number,
): Picture | null {
  const bytes = size * size * 4;
  const end = (index + 1) * bytes;
  return end > rgba.length ? null : new ImageData(rgba.slice(end - bytes, end), size, size);
}

/** The pictures of an answer, by row number. */
function picturesOf(answer: RgbaPictures): Map<number, Picture> {
  return new Map(
    answer.rows.flatMap((row, index) => {
      const picture = pictureAt(answer, index);
      return picture === null ? [] : [[row, picture]];
    }),
  );
}

/** Pictures by row: those used last, as many as have room. */
class RecentPictures {
  /** The latest used last. */
  readonly #pictures = new Map<number, Picture>();
  #bytes = 0;

  constructor(readonly mostBytes: number) {}

  get(row: number): Picture | undefined {
    const picture = this.#pictures.get(row);
    if (picture !== undefined) this.set(row, picture);
    return picture;
  }

  set(row: number, picture: Picture): void {
    this.#delete(row);
    this.#pictures.set(row, picture);
    this.#bytes += picture.data.byteLength;
    for (const oldest of this.#pictures.keys()) {
      if (this.#bytes <= this.mostBytes || oldest === row) return;
      this.#delete(oldest);
    }
  }

  clear(): void {
    this.#pictures.clear();
    this.#bytes = 0;
  }

  #delete(row: number): void {
    this.#bytes -= this.#pictures.get(row)?.data.byteLength ?? 0;
    this.#pictures.delete(row);
  }
}

/** Some 300 pictures of 224 pixels a side, more than the page shows of them at once. */
const MOST_BYTES = 64e6;

/** The pictures of the set that is open; another set starts it anew. */
export class PictureAlbum {
  readonly #fetchPictures: (rows: readonly number[]) => Promise<RgbaPictures>;
  readonly #recent: RecentPictures;
  #set: string | null = null;
  /** Asked for and not here yet. */
  #awaited = new Map<number, Promise<Picture | null>>();
  /** Rows to ask for at the end of this turn, and the answer that they will come in. */
  #wanted: number[] = [];
  #answer = Promise.resolve(new Map<number, Picture>());

  constructor(fetchPictures: (rows: readonly number[]) => Promise<RgbaPictures>, mostBytes = MOST_BYTES) {
    this.#fetchPictures = fetchPictures;
    this.#recent = new RecentPictures(mostBytes);
  }

  /**
   * The picture of a row; null where it could not be had, and it is asked for again next time. Rows asked for in one
   * turn go to the worker in one request.
   */
  async get(dataset: Pick<DatasetSummary, 'picturesKey'>, row: number): Promise<Picture | null> {
    if (dataset.picturesKey !== this.#set) {
      this.#set = dataset.picturesKey;
      this.#recent.clear();
      this.#awaited = new Map();
      this.#wanted = [];
    }
    const known = this.#recent.get(row) ?? this.#awaited.get(row);
    if (known !== undefined) return known;
    if (this.#wanted.length === 0) this.#answer = Promise.resolve().then(async () => this.#fetch());
    this.#wanted.push(row);
    const picture = this.#receive(this.#answer, row, this.#awaited);
    this.#awaited.set(row, picture);
    return picture;
  }

  async #fetch(): Promise<Map<number, Picture>> {
    const rows = this.#wanted;
    this.#wanted = [];
    return picturesOf(await this.#fetchPictures(rows));
  }

  async #receive(
    answer: Promise<Map<number, Picture>>,
    row: number,
    awaited: Map<number, Promise<Picture | null>>,
  ): Promise<Picture | null> {
    try {
      const picture = (await answer).get(row) ?? null;
      // Another set's pictures are not this set's rows.
      if (picture !== null && awaited === this.#awaited) this.#recent.set(row, picture);
      return picture;
    } catch (error) {
      if (!(error instanceof StudioError) && !isAbort(error)) throw error;
      // A picture that does not come is a blank square, not a fault of the run; asking again may bring it.
      return null;
    } finally {
      awaited.delete(row);
    }
  }
}

/** Rows of one request: some of what a screen holds, so that the first come soon. */
const ROWS_A_REQUEST = 24;
/** One is carried out while the next is on its way. */
const REQUESTS_AT_ONCE = 2;
/** A thousand pictures of 100 pixels a side. */
const MOST_THUMBNAIL_BYTES = 40e6;

type Paint = (picture: Picture) => void;

/**
 * Small pictures. What is watched is asked for, a few at a time; what is no longer watched (it has scrolled away) is not
 * asked for any more, and a request of which nothing is watched is cancelled.
 */
export class Thumbnails {
  readonly #ask: (rows: readonly number[]) => Call<'thumbnails'>;
  readonly #recent = new RecentPictures(MOST_THUMBNAIL_BYTES);
  readonly #watchers = new Map<number, Set<Paint>>();
  readonly #underWay = new Map<Call<'thumbnails'>, readonly number[]>();
  /** Asked for in vain; they are asked for again when they come into sight anew. */
  readonly #refused = new Set<number>();
  #isPlanned = false;

  constructor(ask: (rows: readonly number[]) => Call<'thumbnails'>) {
    this.#ask = ask;
  }

  /**
   * Paints a row's picture, now or when it comes.
   *
   * @returns what ends the watching
   */
  watch(row: number, paint: Paint): () => void {
    const picture = this.#recent.get(row);
    if (picture !== undefined) {
      paint(picture);
      return () => undefined;
    }
    const watchers = this.#watchers.get(row) ?? new Set();
    this.#watchers.set(row, watchers.add(paint));
    this.#plan();
    return () => {
      watchers.delete(paint);
      if (watchers.size > 0 || this.#watchers.get(row) !== watchers) return;
      this.#watchers.delete(row);
      this.#refused.delete(row);
      this.#plan();
    };
  }

  /** All that mounts or scrolls away in one turn is looked at together. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      this.#cancelUnwatched();
      this.#askForMore();
    });
  }

  #cancelUnwatched(): void {
    for (const [call, rows] of this.#underWay) {
      if (rows.some((row) => this.#watchers.has(row))) continue;
      call.control('cancel');
      this.#underWay.delete(call);
    }
  }

  #askForMore(): void {
    while (this.#underWay.size < REQUESTS_AT_ONCE) {
      const asked = new Set([...this.#underWay.values()].flat());
      const wanted = [...this.#watchers.keys()].filter((row) => !asked.has(row) && !this.#refused.has(row));
      const rows = wanted.slice(0, ROWS_A_REQUEST);
      if (rows.length === 0) return;
      const call = this.#ask(rows);
      this.#underWay.set(call, rows);
      void this.#receive(call, rows);
    }
  }

  async #receive(call: Call<'thumbnails'>, rows: readonly number[]): Promise<void> {
    try {
      const pictures = picturesOf(await call.result);
      for (const [row, picture] of pictures) {
        this.#recent.set(row, picture);
        for (const paint of this.#watchers.get(row) ?? []) paint(picture);
        this.#watchers.delete(row);
      }
    } catch (error) {
      if (!(error instanceof StudioError) && !isAbort(error)) throw error;
      // A picture that does not come is a blank square. What was cancelled and is in sight again is asked for anew.
      if (!isAbort(error)) for (const row of rows) if (this.#watchers.has(row)) this.#refused.add(row);
    } finally {
      this.#underWay.delete(call);
      this.#plan();
    }
  }
}
