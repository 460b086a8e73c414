/** Pictures that the page has asked the worker for, kept by row so that none is asked for twice. */
import type { DatasetSummary, PictureSheet } from '../protocol/dataset.ts';

/** One picture as the network sees it, ready for `putImageData`. */
export type Picture = ImageData;

/** Splits a sheet into its pictures, by row number. */
export function picturesOf(sheet: PictureSheet): Map<number, Picture> {
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
  readonly #fetchSheet: (rows: readonly number[]) => Promise<PictureSheet>;
  #dataset: DatasetSummary | null = null;
  #known = new Map<number, Promise<Picture | null>>();

  constructor(fetchSheet: (rows: readonly number[]) => Promise<PictureSheet>) {
    this.#fetchSheet = fetchSheet;
  }

  /** One promise a row, in order; null where a picture could not be had, and it is asked for again next time. */
  get(dataset: DatasetSummary, rows: readonly number[]): Promise<readonly (Picture | null)[]> {
    if (dataset !== this.#dataset) {
      this.#dataset = dataset;
      this.#known = new Map();
    }
    const missing = rows.filter((row) => !this.#known.has(row));
    if (missing.length > 0) this.#fetch(missing);
    return Promise.all(rows.map((row) => this.#known.get(row) ?? null));
  }

  #fetch(rows: readonly number[]): void {
    const known = this.#known;
    const sheet = this.#fetchSheet(rows).then(picturesOf);
    for (const row of rows) {
      const picture = sheet.then(
        (pictures) => pictures.get(row) ?? null,
        // A picture that does not come is a blank square, not a fault of the run; asking again may bring it.
        (_reason: unknown) => {
          known.delete(row);
          return null;
        },
      );
      known.set(row, picture);
    }
  }
}
