/** Any image set of the Hugging Face Hub, read by range from its Parquet files. */
import { formatBytes } from '../../lib/format.ts';
import { sameText } from '../../lib/json.ts';
import { waitingNote } from '../../platform/remote/http-retry.ts';
import { HUB } from '../../platform/remote/hub.ts';
import type { RemoteOptions } from '../../platform/platform.ts';
import { flagOption, textOption, type Options } from '../../protocol/recipe/options.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { Counted, Provenance, Remark } from '../../protocol/set/dataset.ts';
import { Tally } from '../cleaning/tally.ts';
import { noRows } from '../parquet/parquet-errors.ts';
import { openParquet, type ParquetFile } from '../parquet/parquet-file.ts';
import { licenceOf } from './hub/answers.ts';
import { describeHubSet } from './hub/description.ts';
import { HubSet, type ReadJson } from './hub/hub-set.ts';
import { chooseTables, type HubTable } from './hub/tables.ts';
import {
  columnsOf,
  factsOfTable,
  openTable,
  readTable,
  severalLabelsOf,
  tableOptions,
  type ImageTable,
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
    if (first === undefined) throw noRows();
    const table = await openTable(first.file, columnsOf(options));
    const { column } = table.places.label;
    const labelNames = table.labelNames ?? (await declaredNames(set, tables, column));
    const facts = factsOfTable(table, severalLabelsOf(options));
    const { revision, page } = set;
    const licence = repository === null ? {} : { licence: licenceOf(repository) };
    const provenance: Provenance = { revision, commit: repository?.sha ?? null, page, ...licence };
    return {
      origin: set.repo,
      identity: sameText([files.map(({ file }) => file.identity), labelNames]),
      noun: 'pictures',
      sizeBytes: files.reduce((sum, { file }) => sum + file.sizeBytes, 0),
      rowCount: files.reduce((sum, { file }) => sum + file.rowCount, 0),
      ...facts,
      labelNames,
      listed: {
        passedOver: emptyParts(tables, files),
        remarks: [...(facts.listed?.remarks ?? []), ...partRemarks(tables, set.isPartial, options)],
      },
      provenance,
      readRows: (signal) => readAll(files, table, flagOption(options, 'splitParts'), signal),
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

/** A file that has rows, and the part that it belongs to. */
interface OpenedPart {
  readonly table: HubTable;
  readonly file: ParquetFile;
}

/** Parts without rows are passed over, and counted by {@link emptyParts}. */
async function openAll(
  tables: readonly HubTable[],
  open: (table: HubTable) => Promise<ParquetFile>,
): Promise<OpenedPart[]> {
  const parts: OpenedPart[] = [];
  const openPart = async (table: HubTable): Promise<OpenedPart | null> => {
    try {
      return { table, file: await open(table) };
    } catch (error) {
      if (error instanceof StudioError && error.code === 'data/no-rows') return null;
      throw error;
    }
  };
  for (let from = 0; from < tables.length; from += OPENED_AT_ONCE) {
    const opened = await Promise.all(tables.slice(from, from + OPENED_AT_ONCE).map(openPart));
    parts.push(...opened.filter((part) => part !== null));
  }
  return parts;
}

function emptyParts(tables: readonly HubTable[], parts: readonly OpenedPart[]): Counted[] {
  const tally = new Tally();
  for (const table of tables)
    if (!parts.some((part) => part.table === table))
      tally.add({
        noun: 'file without rows',
        plural: 'files without rows',
        example: `${table.split}, ${table.url.replace(/^.*\//u, '')}`,
      });
  return tally.list();
}

/** That not all of the set is read, and that its own parts are not taken. */
function partRemarks(tables: readonly HubTable[], isPartial: boolean, options: Options): Remark[] {
  const parts = [...new Set(tables.map(({ split }) => split))];
  const names = parts.map((name) => `“${name}”`).join(', ');
  return [
    ...(isPartial
      ? [
          {
            message:
              'The Hub has made only the first 5 GB of this set into Parquet files: the rest is not read.',
            hint: 'To read all of it, download the set and pick its folder.',
          },
        ]
      : []),
    ...(parts.length > 1 && !flagOption(options, 'splitParts')
      ? [
          {
            message: `This set’s own parts, ${names}, are put together and drawn anew by the recipe’s shares.`,
            hint: 'To take them as they are, choose “Split by parts” where the set is chosen (splitParts in a recipe).',
          },
        ]
      : []),
  ];
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
  parts: readonly OpenedPart[],
  columns: ImageTable,
  takesParts: boolean,
  signal?: AbortSignal,
): AsyncGenerator<readonly SourceRow[]> {
  for (const { file, table } of parts) {
    for await (const rows of readTable(file, columns, signal)) {
      yield takesParts ? rows.map((row) => ({ ...row, split: table.split })) : rows;
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
