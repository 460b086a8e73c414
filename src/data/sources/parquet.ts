/** A Parquet file from this machine, picked on the page or named by path. */
import { textOption } from '../../protocol/recipe/options.ts';
import { openParquet } from '../parquet/parquet-file.ts';
import {
  columnsOf,
  factsOfTable,
  openTable,
  readTable,
  severalLabelsOf,
  tableOptions,
} from './image-table.ts';
import { openGivenFile, type Source } from './source.ts';

export const parquet: Source = {
  entry: {
    name: 'parquet',
    label: 'Parquet file',
    help: 'A table with a picture column and a label column, as the Hugging Face Hub stores image sets.',
    notice: 'Read from this machine; nothing is sent anywhere.',
    isOwn: true,
    options: [
      {
        kind: 'file',
        name: 'path',
        label: 'File',
        help: 'The Parquet file.',
        default: '',
        accept: '.parquet',
      },
      ...tableOptions,
    ],
  },
  recognises: ({ head }) => new TextDecoder().decode(head.subarray(0, 4)) === 'PAR1',
  async open(options, context) {
    const path = textOption(options, 'path');
    const file = await openParquet(await openGivenFile(path, context));
    const table = await openTable(file, columnsOf(options));
    return {
      origin: path === '' ? 'a Parquet file' : path.replace(/^.*[\\/]/, ''),
      identity: file.identity,
      noun: 'pictures',
      sizeBytes: file.sizeBytes,
      rowCount: file.rowCount,
      ...factsOfTable(table, severalLabelsOf(options)),
      readRows: (signal) => readTable(file, table, signal),
    };
  },
};
