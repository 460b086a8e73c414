/** Owns which columns of a table hold pictures, labels, groups and parts: those that a recipe names, else those with usual names. */
import { columnMissing } from '../parquet/parquet-errors.ts';
import type { ParquetFile } from '../parquet/parquet-file.ts';

/** Names of the columns, or of fields of them; of picture and label empty to look for a usual one, of the others empty for none. */
export interface TableColumns {
  readonly image: string;
  readonly label: string;
  readonly group: string;
  readonly split: string;
}

/** A column, and the field of it that is read; empty where it has none. */
export interface TablePlace {
  readonly column: string;
  readonly field: string;
}

/** Where each is; null for none. */
export interface TablePlaces {
  readonly image: TablePlace;
  readonly label: TablePlace;
  readonly group: TablePlace | null;
  readonly split: TablePlace | null;
}

/** Usual names of columns, and of the fields of one that has several, the most telling first. */
const USUAL = {
  image: { columns: ['image', 'img', 'picture', 'photo', 'pixels'], fields: ['bytes'] },
  label: {
    columns: ['label', 'labels', 'qa', 'emotion', 'class', 'category', 'target', 'fine_label', 'objects'],
    fields: ['answer', 'name', 'label', 'class', 'category', 'text', 'value'],
  },
  group: { columns: [], fields: ['name'] },
  split: { columns: [], fields: ['name'] },
} as const;

/**
 * Finds a column.
 *
 * @param wanted as the recipe names it; empty to look for a usual name
 * @throws StudioError `data/column-missing`
 */
export function findPlace(file: ParquetFile, what: keyof TableColumns, wanted: string): TablePlace {
  const usual = USUAL[what];
  const { columns } = file;
  const column = wanted === '' ? usual.columns.find((name) => columns.includes(name)) : wanted;
  if (column !== undefined && columns.includes(column)) {
    const fields = file.fields(column);
    return { column, field: usual.fields.find((field) => fields.includes(field)) ?? fields[0] ?? '' };
  }
  const dot = wanted.indexOf('.');
  const [outer, field] = [wanted.slice(0, dot), wanted.slice(dot + 1)];
  if (dot > 0 && columns.includes(outer) && file.fields(outer).includes(field))
    return { column: outer, field };
  const present = columns.flatMap((name) => [name, ...file.fields(name).map((each) => `${name}.${each}`)]);
  const expected =
    wanted === '' ? `named ${usual.columns.slice(0, 3).join(', ')} or the like` : `"${wanted}"`;
  throw columnMissing(`${what}Column`, expected, present);
}
