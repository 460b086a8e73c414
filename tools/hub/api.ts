/**
 * Owns the answers of the Hub's API and of its datasets-server, in their shapes.
 *
 * @see https://huggingface.co/docs/dataset-viewer/quick_start
 */
import type { HubRepo, TableFile } from './folder.ts';
import { infoOf } from './tables.ts';
import { rowsAnswer, statisticsAnswer, type Asked } from './rows.ts';

const COMPLETE = { pending: [], failed: [], partial: false };

/** What the datasets-server answers, by the first part of its paths. */
export const DATASETS_SERVER: Readonly<Record<string, (asked: Asked) => Promise<object>>> = {
  splits: async ({ repo }) => {
    const places = new Map(repo.tables.map((table) => [`${table.config}/${table.split}`, table]));
    const splits = [...places.values()].map(({ config, split }) => ({ dataset: repo.name, config, split }));
    return { splits, pending: [], failed: [] };
  },
  parquet: async ({ repo, origin }) => {
    const parquet_files = repo.tables.map((table) => {
      const { config, split, sizeBytes: size } = table;
      const filename = convertedName(repo, table);
      const url = `${origin}/datasets/${repo.name}/resolve/refs%2Fconvert%2Fparquet/${config}/${split}/${filename}`;
      return { dataset: repo.name, config, split, url, filename, size };
    });
    return { parquet_files, ...COMPLETE };
  },
  size: async ({ repo }) => {
    const splits = await Promise.all(groupTables(repo, ['config', 'split']).map(sizeOf));
    const configs = await Promise.all(groupTables(repo, ['config']).map(sizeOf));
    const { config: _config, split: _split, ...dataset } = await sizeOf(repo.tables);
    const of = { dataset: repo.name };
    return {
      size: {
        dataset: { ...of, ...dataset, num_bytes_original_files: dataset.num_bytes_parquet_files },
        configs: configs.map(({ split: _, ...config }) => ({ ...of, ...config })),
        splits: splits.map((split) => ({ ...of, ...split })),
      },
      ...COMPLETE,
    };
  },
  info: async ({ repo, query }) => {
    const infos: Record<string, object> = {};
    for (const tables of groupTables(repo, ['config']))
      infos[tables[0]!.config] = await infoAnswer(repo, tables);
    const config = query.get('config');
    return { dataset_info: config === null ? infos : infos[config], ...COMPLETE };
  },
  rows: rowsAnswer,
  statistics: statisticsAnswer,
};

/** `/api/datasets/OWNER/NAME`. */
export function repoAnswer(repo: HubRepo, isGated: boolean): object {
  const [author] = repo.name.split('/');
  const licence = repo.licence === null ? {} : { license: repo.licence };
  return {
    id: repo.name,
    author,
    sha: repo.sha,
    private: false,
    gated: isGated ? 'auto' : false,
    disabled: false,
    tags: [...(repo.licence === null ? [] : [`license:${repo.licence}`]), 'modality:image'],
    cardData: licence,
    siblings: repo.files.map(({ path }) => ({ rfilename: path })),
  };
}

/** `/api/datasets/OWNER/NAME/tree/REVISION`. */
export function treeAnswer(repo: HubRepo): object {
  return repo.files.map(({ path, sizeBytes, etag }) => ({ type: 'file', path, size: sizeBytes, oid: etag }));
}

/** How the Hub's conversion names a file: by its number within its split. */
export function convertedName(repo: HubRepo, table: TableFile): string {
  const all = repo.tables.filter(({ config, split }) => config === table.config && split === table.split);
  return `${String(all.indexOf(table)).padStart(4, '0')}.parquet`;
}

function groupTables(repo: HubRepo, by: readonly ('config' | 'split')[]): TableFile[][] {
  const groups = new Map<string, TableFile[]>();
  for (const table of repo.tables) {
    const key = by.map((name) => table[name]).join('/');
    groups.set(key, [...(groups.get(key) ?? []), table]);
  }
  return [...groups.values()];
}

async function sizeOf(tables: readonly TableFile[]) {
  const infos = await Promise.all(tables.map(infoOf));
  return {
    config: tables[0]?.config,
    split: tables[0]?.split,
    num_bytes_parquet_files: tables.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    num_bytes_memory: infos.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    num_rows: infos.reduce((sum, { rows }) => sum + rows, 0),
    num_columns: Object.keys(infos[0]?.features ?? {}).length,
  };
}

async function infoAnswer(repo: HubRepo, tables: readonly TableFile[]): Promise<object> {
  const splits: Record<string, { name: string; num_bytes: number; num_examples: number }> = {};
  for (const table of tables) {
    const { rows, memoryBytes } = await infoOf(table);
    const before = splits[table.split];
    splits[table.split] = {
      name: table.split,
      num_bytes: (before?.num_bytes ?? 0) + memoryBytes,
      num_examples: (before?.num_examples ?? 0) + rows,
    };
  }
  return {
    description: '',
    license: repo.licence ?? '',
    features: (await infoOf(tables[0]!)).features,
    builder_name: 'parquet',
    dataset_name: repo.name.split('/')[1],
    config_name: tables[0]!.config,
    splits,
    download_size: tables.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    dataset_size: Object.values(splits).reduce((sum, split) => sum + split.num_bytes, 0),
  };
}
