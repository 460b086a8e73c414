/** Pictures that the page has asked the worker for, kept by row so that none is asked for twice while it is in use. */
import { isAbort, StudioError } from '../protocol/errors.ts';
import type { DatasetSummary, RgbaPictures } from '../protocol/dataset.ts';

/** One picture as the network sees it, ready for `putImageData`. */
export type Picture = ImageData;

/** The pictures of an answer, by row number. */
export function picturesOf({ rows, rgba, size }: RgbaPictures): Map<number, Picture> {
  const bytes = size * size * 4;
  return new Map(
    rows.map((row, index) => [
      row,
      new ImageData(rgba.slice(index * bytes, (index + 1) * bytes), size, size),
    ]),
  );
}

/** Pictures by row: those used last, as many as have room. */
export class RecentPictures {
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
  #dataset: DatasetSummary | null = null;
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
  async get(dataset: DatasetSummary, row: number): Promise<Picture | null> {
    if (dataset !== this.#dataset) {
      this.#dataset = dataset;
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
