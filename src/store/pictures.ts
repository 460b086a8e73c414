/** Pictures that the page has asked the worker for, kept by row so that none is asked for twice. */
import { isAbort, StudioError } from '../protocol/errors.ts';
import type { DatasetSummary, RgbaPictures } from '../protocol/dataset.ts';

/** One picture as the network sees it, ready for `putImageData`. */
export type Picture = ImageData;

/** Splits a sheet into its pictures, by row number. */
export function picturesOf(sheet: RgbaPictures): Map<number, Picture> {
  const bytes = sheet.size * sheet.size * 4;
  return new Map(
    sheet.rows.map((row, index) => [
      row,
      new ImageData(sheet.rgba.slice(index * bytes, (index + 1) * bytes), sheet.size, sheet.size),
    ]),
  );
}

/** The pictures of the set that is open; another set starts it anew. */
export class PictureAlbum {
  readonly #fetchSheet: (rows: readonly number[]) => Promise<RgbaPictures>;
  #dataset: DatasetSummary | null = null;
  #known = new Map<number, Promise<Picture | null>>();
  /** Rows to ask for at the end of this turn, and the answer that they will come in. */
  #wanted: number[] = [];
  #sheet = Promise.resolve(new Map<number, Picture>());

  constructor(fetchSheet: (rows: readonly number[]) => Promise<RgbaPictures>) {
    this.#fetchSheet = fetchSheet;
  }

  /**
   * The picture of a row; null where it could not be had, and it is asked for again next time. Rows asked for in one
   * turn go to the worker in one request.
   */
  async get(dataset: DatasetSummary, row: number): Promise<Picture | null> {
    if (dataset !== this.#dataset) {
      this.#dataset = dataset;
      this.#known = new Map();
      this.#wanted = [];
    }
    const known = this.#known.get(row);
    if (known !== undefined) return known;
    if (this.#wanted.length === 0) this.#sheet = Promise.resolve().then(async () => this.#fetch());
    this.#wanted.push(row);
    const picture = this.#pictureFrom(this.#sheet, row, this.#known);
    this.#known.set(row, picture);
    return picture;
  }

  async #fetch(): Promise<Map<number, Picture>> {
    const rows = this.#wanted;
    this.#wanted = [];
    return picturesOf(await this.#fetchSheet(rows));
  }

  async #pictureFrom(
    sheet: Promise<Map<number, Picture>>,
    row: number,
    known: Map<number, Promise<Picture | null>>,
  ): Promise<Picture | null> {
    try {
      return (await sheet).get(row) ?? null;
    } catch (error) {
      if (!(error instanceof StudioError) && !isAbort(error)) throw error;
      // A picture that does not come is a blank square, not a fault of the run; asking again may bring it.
      known.delete(row);
      return null;
    }
  }
}
