/** A Parquet file from this machine, picked on the page or named by path. */
import { textOption } from '../../protocol/options.ts';
import { openParquet } from '../parquet/parquet-file.ts';
import { findColumns, readTable } from './image-table.ts';
import { openGivenFile, type Source } from './source.ts';

export const parquet: Source = {
  entry: {
    name: 'parquet',
    label: 'Parquet file',
    help: 'A table with a picture column and a label column, as the Hugging Face Hub stores image sets.',
    notice: 'Read from this machine; nothing is sent anywhere.',
    options: [
      {
        kind: 'file',
        name: 'path',
        label: 'File',
        help: 'The Parquet file; in a recipe, a path relative to it.',
        default: '',
        accept: '.parquet',
      },
      {
        kind: 'string',
        name: 'imageColumn',
        label: 'Picture column',
        help: 'Name of the column that holds the pictures; empty to look for a usual name.',
        default: '',
        placeholder: 'image',
      },
      {
        kind: 'string',
        name: 'labelColumn',
        label: 'Label column',
        help: 'Name of the column that holds the classes; empty to look for a usual name.',
        default: '',
        placeholder: 'label',
      },
    ],
  },
  async open(options, context) {
    const path = textOption(options, 'path');
    const file = await openParquet(await openGivenFile(path, context));
    const columns = findColumns(
      { image: textOption(options, 'imageColumn'), label: textOption(options, 'labelColumn') },
      file.columns,
    );
    return {
      origin: path === '' ? 'a Parquet file' : path.replace(/^.*[\\/]/, ''),
      noun: 'pictures',
      sizeBytes: file.sizeBytes,
      rowCount: file.rowCount,
      labelNames: file.labelNames(columns.label),
      readRows: (signal) => readTable(file, columns, signal),
    };
  },
};
