/** Any image set of the Hugging Face Hub, read by range from its Parquet files. */
import { formatBytes } from '../../lib/format.ts';
import { sameText } from '../../lib/json.ts';
import { waitingNote } from '../../platform/remote/http-retry.ts';
import { HUB } from '../../platform/remote/hub.ts';
import type { RemoteOptions } from '../../platform/platform.ts';
import { flagOption, textOption, type Options } from '../../protocol/options.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { Provenance } from '../../protocol/dataset.ts';
import { openParquet, type ParquetFile } from '../parquet/parquet-file.ts';
import { licenceOf } from './hub/answers.ts';
import { describeHubSet } from './hub/description.ts';
import { HubSet, type ReadJson } from './hub/hub-set.ts';
import { chooseTables, type HubTable } from './hub/tables.ts';
import {
  columnsIn,
  columnsOf,
  findColumns,
  readTable,
  tableOptions,
  type TableColumns,
} from './image-table.ts';
import type { Source, SourceContext, SourceRow } from './source.ts';

const DEFAULT_REPO = 'tukey/human_face_emotions_roboflow';

const text = (name: string, label: string, help: string, fallback: string, placeholder = '') =>
  ({ kind: 'string', name, label, help, default: fallback, placeholder }) as const;

/** Files whose descriptions are fetched at the same time. */
const OPENED_AT_ONCE = 4;

export const hub: Source = {
  entry: {
    name: 'hub',
    label: 'Hugging Face Hub',
    help: 'Any image set of the Hub that is stored as Parquet; it is downloaded to this page and goes nowhere else.',
    notice:
      'Pictures come from the Hugging Face Hub. Look at the set’s card there: it says where they are from and what they may be used for.',
    server: 'endpoint',
    options: [
      text('repo', 'Set', 'The set’s name on the Hub.', DEFAULT_REPO),
      text('config', 'Configuration', 'Which configuration of the set; empty for the first.', ''),
      text('part', 'Part', 'Such as train, or all; empty for the first.', ''),
      ...tableOptions,
      {
        kind: 'boolean',
        name: 'splitParts',
        label: 'Split by parts',
        help: 'Takes parts called train, validation and test as the split, in place of the fractions.',
        default: false,
      },
      text('revision', 'Revision', 'Branch, tag or commit.', 'main'),
      text('path', 'File', 'One Parquet file of the set; empty for all that the Hub lists.', ''),
      text('endpoint', 'Hub', 'Address of the Hub, of a mirror or of a server in the classroom.', HUB),
    ],
  },
  async describe(options, context) {
    const { platform } = context;
    const read: ReadJson = (url, how) => platform.lookUpJson(url, how);
    const set = new HubSet(options, read, remoteOf(options, context));
    return describeHubSet(set, options);
  },
  async open(options, context) {
    const remote = remoteOf(options, context);
    const read: ReadJson = (url, how) => context.platform.readRemoteJson(url, how);
    const set = new HubSet(options, read, remote);
    const repository = await set.repository();
    const tables = chooseTables(await set.tables(repository), options);
    if (tables.length === 0) throw noFiles(options);
    const download = new DownloadNote(context);
    const files = await openAll(tables, (table) => download.open(table, set, remote));
    const [first] = files;
    if (first === undefined) throw noFiles(options);
    const columns = findColumns(columnsOf(options), first.columns);
    const labelNames = first.labelNames(columns.label) ?? (await declaredNames(set, tables, columns.label));
    const { revision, page } = set;
    const licence = repository === null ? {} : { licence: licenceOf(repository) };
    const provenance: Provenance = { revision, commit: repository?.sha ?? null, page, ...licence };
    return {
      origin: set.repo,
      identity: sameText([files.map(({ identity }) => identity), labelNames]),
      noun: 'pictures',
      sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      rowCount: files.reduce((sum, { rowCount }) => sum + rowCount, 0),
      labelNames,
      columns: columnsIn(first, columns),
      provenance,
      readRows: (signal) => readAll(tables, files, columns, flagOption(options, 'splitParts'), signal),
    };
  },
};

/** How servers are asked: with the user's token where it is the server that the token is for. */
function remoteOf(options: Options, context: SourceContext): Omit<RemoteOptions, 'label'> {
  const { signal, onNote = () => undefined, onNotice, tokenFor } = context;
  return {
    signal,
    onNotice,
    token: tokenFor?.(textOption(options, 'endpoint')),
    onWait: (waiting) => {
      onNote(waitingNote(waiting));
    },
  };
}

/** Says how much of the files is here while they are read. */
class DownloadNote {
  #done = 0;
  #total = 0;

  constructor(readonly context: SourceContext) {}

  async open({ url }: HubTable, set: HubSet, remote: Omit<RemoteOptions, 'label'>): Promise<ParquetFile> {
    // A list may name files of another server: the token is not for that one.
    const { token: given, ...others } = remote;
    const token = url.startsWith(`${set.endpoint}/`) ? given : undefined;
    const onBytes = (count: number): void => {
      this.#done += count;
      if (this.#total === 0) return;
      this.context.onNote?.(`${formatBytes(this.#done)} of ${formatBytes(this.#total)} downloaded`);
    };
    const source = await this.context.platform.openRemote(url, {
      ...others,
      token,
      onBytes,
      label: set.repo,
    });
    this.#total += source.byteLength;
    this.#done += source.storedBytes;
    return openParquet({ ...source, version: source.etag ?? '' });
  }
}

async function openAll(
  tables: readonly HubTable[],
  open: (table: HubTable) => Promise<ParquetFile>,
): Promise<ParquetFile[]> {
  const files: ParquetFile[] = [];
  for (let from = 0; from < tables.length; from += OPENED_AT_ONCE) {
    files.push(...(await Promise.all(tables.slice(from, from + OPENED_AT_ONCE).map(open))));
  }
  return files;
}

/** Names of whole-number labels that the file does not carry, but the Hub may know. */
async function declaredNames(
  set: HubSet,
  tables: readonly HubTable[],
  column: string,
): Promise<readonly string[] | null> {
  const info = await set.info(tables[0]?.config);
  return info?.columns.find(({ name }) => name === column)?.names ?? null;
}

/** All files in order; their rows with the part as their split where that is wanted. */
async function* readAll(
  tables: readonly HubTable[],
  files: readonly ParquetFile[],
  columns: TableColumns,
  takesParts: boolean,
  signal?: AbortSignal,
): AsyncGenerator<readonly SourceRow[]> {
  for (const [index, file] of files.entries()) {
    const split = tables[index]?.split;
    for await (const rows of readTable(file, columns, signal)) {
      yield takesParts ? rows.map((row) => ({ ...row, split })) : rows;
    }
  }
}

function noFiles(options: Options): StudioError {
  return new StudioError({
    code: 'data/no-files',
    message: `Parquet files of ${textOption(options, 'repo')} were expected for configuration "${textOption(options, 'config')}" and part "${textOption(options, 'part')}"; the Hub lists none.`,
    hint: 'Look the set up to see its configurations and parts, or name one of its Parquet files. A set that is not stored as Parquet cannot be read.',
  });
}
