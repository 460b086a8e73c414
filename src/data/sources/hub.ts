/** Any image set of the Hugging Face Hub, read by range from its Parquet files. */
import { HUB, hubFileUrl } from '../../platform/hub.ts';
import { textOption, type Options } from '../../protocol/options.ts';
import { StudioError } from '../../protocol/errors.ts';
import { openParquet, type ParquetFile } from '../parquet/parquet-file.ts';
import { columnsOf, findColumns, readTable, tableOptions } from './image-table.ts';
import type { Source, SourceContext } from './source.ts';

const DEFAULT_REPO = 'tukey/human_face_emotions_roboflow';
const DATASETS_SERVER = 'https://datasets-server.huggingface.co';
/** How the Hub names the file of a small set; tried when the files cannot be listed. */
const USUAL_PATH = 'data/train-00000-of-00001.parquet';

const text = (name: string, label: string, help: string, fallback: string, placeholder = '') =>
  ({ kind: 'string', name, label, help, default: fallback, placeholder }) as const;

export const hub: Source = {
  entry: {
    name: 'hub',
    label: 'Hugging Face Hub',
    help: 'Any image set of the Hub that is stored as Parquet; it is downloaded to this page and goes nowhere else.',
    notice:
      'Pictures come from the Hugging Face Hub. Look at the set’s card there: it says where they are from and what they may be used for.',
    options: [
      text('repo', 'Set', 'The set’s name on the Hub.', DEFAULT_REPO),
      text('revision', 'Revision', 'Branch, tag or commit.', 'main'),
      text('path', 'File', 'One Parquet file of the set; empty for all that the Hub lists.', ''),
      text('config', 'Configuration', 'Which configuration of the set; empty for the first.', ''),
      text('part', 'Part', 'Which part of the set, such as train; empty for the first.', ''),
      text('endpoint', 'Hub', 'Address of the Hub, of a mirror or of a server in the classroom.', HUB),
      ...tableOptions,
    ],
  },
  async open(options, context) {
    const urls = await findFiles(options, context);
    const files = await Promise.all(urls.map((url) => openFile(url, options, context)));
    const [first] = files;
    if (first === undefined) throw noFiles(options);
    const columns = findColumns(columnsOf(options), first.columns);
    return {
      origin: textOption(options, 'repo'),
      identity: files.map(({ identity }) => identity).join(' '),
      noun: 'pictures',
      sizeBytes: total(files, ({ sizeBytes }) => sizeBytes),
      rowCount: total(files, ({ rowCount }) => rowCount),
      labelNames: first.labelNames(columns.label),
      async *readRows(signal) {
        for (const file of files) yield* readTable(file, columns, signal);
      },
    };
  },
};

async function openFile(
  url: string,
  options: Options,
  { platform, signal }: SourceContext,
): Promise<ParquetFile> {
  const remote = await platform.openRemote(url, { label: textOption(options, 'repo'), signal });
  return openParquet({ ...remote, version: remote.etag ?? '' });
}

function total(files: readonly ParquetFile[], of: (file: ParquetFile) => number): number {
  return files.reduce((sum, file) => sum + of(file), 0);
}

/** The file that was named, else those that the Hub lists for the configuration and part. */
async function findFiles(options: Options, context: SourceContext): Promise<readonly string[]> {
  const repo = textOption(options, 'repo');
  const endpoint = textOption(options, 'endpoint');
  const revision = textOption(options, 'revision');
  const fileAt = (path: string): string => hubFileUrl({ kind: 'dataset', repo, revision, path }, endpoint);
  const path = textOption(options, 'path');
  if (path !== '') return [fileAt(path)];
  try {
    const listed = await listFiles(repo, endpoint, context);
    const config = textOption(options, 'config') || listed[0]?.config;
    const ofConfig = listed.filter((file) => file.config === config);
    const part = textOption(options, 'part') || ofConfig[0]?.split;
    return ofConfig.filter((file) => file.split === part).map(({ url }) => url);
  } catch (error) {
    // The list is a service beside the Hub and may be down, or know nothing of a mirror's sets.
    if (error instanceof StudioError && error.code.startsWith('net/')) return [fileAt(USUAL_PATH)];
    throw error;
  }
}

interface ListedFile {
  readonly config: string;
  readonly split: string;
  readonly url: string;
}

/** @see https://huggingface.co/docs/dataset-viewer/parquet */
async function listFiles(
  repo: string,
  endpoint: string,
  { platform, signal }: SourceContext,
): Promise<ListedFile[]> {
  const server = endpoint === HUB ? DATASETS_SERVER : endpoint.replace(/\/$/u, '');
  const url = `${server}/parquet?dataset=${encodeURIComponent(repo)}`;
  const answer = await platform.readRemoteJson(url, { label: `${repo}, list of files`, signal });
  const files =
    typeof answer === 'object' && answer !== null && 'parquet_files' in answer ? answer.parquet_files : [];
  return Array.isArray(files) ? files.filter(isListed) : [];
}

function isListed(file: unknown): file is ListedFile {
  if (typeof file !== 'object' || file === null) return false;
  const { config, split, url } = file as Record<string, unknown>;
  return [config, split, url].every((value) => typeof value === 'string');
}

function noFiles(options: Options): StudioError {
  return new StudioError({
    code: 'data/no-files',
    message: `Parquet files of ${textOption(options, 'repo')} were expected for configuration "${textOption(options, 'config')}" and part "${textOption(options, 'part')}"; the Hub lists none.`,
    hint: 'Check the set’s name, configuration and part on its page, or name one of its Parquet files.',
  });
}
