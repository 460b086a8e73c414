/**
 * Owns how a table with a picture column and a label column becomes rows: the Hub's `image {bytes, path}` or plain
 * bytes, and any label column. The sources `sample`, `parquet` and `hub` read through it.
 */
import { columnMissing } from '../parquet/parquet-errors.ts';
import type { ParquetFile } from '../parquet/parquet-file.ts';
import type { SourceRow } from './source.ts';

/** Names of the two columns; empty to look for a usual one. */
export interface TableColumns {
  readonly image: string;
  readonly label: string;
}

const USUAL_IMAGE = ['image', 'img', 'picture', 'photo'];
const USUAL_LABEL = ['label', 'labels', 'qa', 'emotion', 'class', 'category', 'target', 'fine_label'];

/**
 * Settles which columns to read.
 *
 * @throws StudioError `data/column-missing`
 */
export function findColumns(wanted: TableColumns, present: readonly string[]): TableColumns {
  return {
    image: findColumn('imageColumn', wanted.image, USUAL_IMAGE, present),
    label: findColumn('labelColumn', wanted.label, USUAL_LABEL, present),
  };
}

/** Reads all rows of a file, one page of pictures at a time. */
export async function* readTable(
  file: ParquetFile,
  columns: TableColumns,
  signal?: AbortSignal,
): AsyncGenerator<readonly SourceRow[]> {
  for (const group of file.groupRows.keys()) {
    const labels: unknown[] = [];
    for await (const cells of file.readColumn(group, columns.label, 'answer', signal)) {
      for (const cell of cells) labels.push(cell);
    }
    let row = 0;
    for await (const cells of file.readColumn(group, columns.image, 'bytes', signal)) {
      const start = row;
      row += cells.length;
      yield cells.map((cell, index) => ({ picture: toPicture(cell), label: labels[start + index] }));
    }
  }
}

function findColumn(
  option: string,
  wanted: string,
  usual: readonly string[],
  present: readonly string[],
): string {
  if (wanted === '') {
    const found = usual.find((name) => present.includes(name));
    if (found !== undefined) return found;
    throw columnMissing(option, `named ${usual.slice(0, 3).join(', ')} or the like`, present);
  }
  if (present.includes(wanted)) return wanted;
  throw columnMissing(option, `"${wanted}"`, present);
}

/** A cell that only names a path has no bytes: the file it names did not come along. */
function toPicture(cell: unknown): Uint8Array | null {
  return cell instanceof Uint8Array && cell.length > 0 ? cell : null;
}
