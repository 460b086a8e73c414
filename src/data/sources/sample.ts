/** The built-in set: drawn faces that ship with Mien, so that the studio works with no network at all. */
import { openParquet } from '../parquet/parquet-file.ts';
import { factsOfTable, openTable, readTable } from './image-table.ts';
import type { Source, SourceRow } from './source.ts';

const PATH = 'sample/faces.parquet';
const ALL = 1200;

export const sample: Source = {
  entry: {
    name: 'sample',
    label: 'Drawn faces',
    help: 'About 1,200 drawn faces that come with Mien; no download.',
    notice: 'Drawn by a program from facial action units: no real person is shown.',
    options: [
      {
        kind: 'number',
        name: 'pictures',
        label: 'Pictures',
        help: 'How many of the faces to use, from the first on: see what little data does.',
        default: ALL,
        min: 40,
        max: ALL,
        step: 1,
      },
    ],
  },
  async open(options, { platform, signal }) {
    const pictures = Number(options['pictures']);
    const file = await openParquet(await platform.openAsset(PATH, signal));
    const table = await openTable(file, { image: 'image', label: 'qa', group: '', split: '' });
    return {
      origin: 'built-in drawn faces',
      identity: file.identity,
      noun: 'faces',
      sizeBytes: file.sizeBytes,
      rowCount: Math.min(pictures, file.rowCount),
      ...factsOfTable(table),
      readRows: (rowsSignal) => firstRows(readTable(file, table, rowsSignal), pictures),
    };
  },
};

/** The set is stored in an order of chance, so its first rows are a fair share of it. */
async function* firstRows(
  rows: AsyncIterable<readonly SourceRow[]>,
  count: number,
): AsyncGenerator<readonly SourceRow[]> {
  let left = count;
  for await (const some of rows) {
    yield some.slice(0, left);
    left -= some.length;
    if (left <= 0) return;
  }
}
