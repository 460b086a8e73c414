/** The built-in set: drawn faces that ship with Mien, so that the studio works with no network at all. */
import { openParquet } from '../parquet/parquet-file.ts';
import { findColumns, readTable } from './image-table.ts';
import type { Source } from './source.ts';

const PATH = 'sample/faces.parquet';

export const sample: Source = {
  entry: {
    name: 'sample',
    label: 'Drawn faces',
    help: 'About 1,200 drawn faces that come with Mien; no download.',
    notice: 'Drawn by a program from facial action units: no real person is shown.',
    options: [],
  },
  async open(_options, { platform, signal }) {
    const file = await openParquet(await platform.openAsset(PATH, signal));
    const columns = findColumns({ image: 'image', label: 'qa' }, file.columns);
    return {
      origin: 'built-in drawn faces',
      noun: 'faces',
      sizeBytes: file.sizeBytes,
      rowCount: file.rowCount,
      labelNames: file.labelNames(columns.label),
      readRows: (rowsSignal) => readTable(file, columns, rowsSignal),
    };
  },
};
