/** A set that was kept on this machine, from whatever source it came. */
import { textOption } from '../../protocol/recipe/options.ts';
import { openParquet } from '../parquet/parquet-file.ts';
import { openStoredSet } from '../stored-sets/stored-sets.ts';
import { factsOfTable, openTable, readTable } from './image-table.ts';
import type { ByteSource } from '../../platform/platform.ts';
import type { OpenedSource, Source } from './source.ts';

export const stored: Source = {
  entry: {
    name: 'stored',
    label: 'Stored set',
    help: 'A set that was kept on this machine; “Stored” lists them.',
    notice: 'Kept on this machine; nothing is sent anywhere.',
    options: [
      {
        kind: 'string',
        name: 'set',
        label: 'Set',
        help: 'What the list of stored sets calls it; empty for the latest.',
        default: '',
      },
    ],
  },
  async open(options, { platform, uses }) {
    const { set, file: bytes } = await openStoredSet(platform, textOption(options, 'set'), uses);
    return openSetFile(bytes, set.label);
  },
};

/** A set's file as `writeSet` writes it. @throws StudioError `data/…` */
export async function openSetFile(
  bytes: ByteSource,
  origin: string,
): Promise<OpenedSource & { readonly rowCount: number }> {
  const file = await openParquet(bytes);
  const optional = (name: string): string => (file.columns.includes(name) ? name : '');
  const wanted = { image: 'image', label: '', group: optional('group'), split: optional('split') };
  const table = await openTable(file, wanted);
  return {
    ...{ origin, identity: file.identity, noun: 'pictures' },
    ...{ sizeBytes: file.sizeBytes, rowCount: file.rowCount },
    ...factsOfTable(table),
    readRows: (signal) => readTable(file, table, signal),
  };
}
