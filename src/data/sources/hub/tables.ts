/** Owns which Parquet files of a set on the Hub are read: what their paths say of each, and what the recipe chooses. */
import type { SplitName } from '../../../protocol/set/dataset.ts';
import { textOption, type Options } from '../../../protocol/recipe/options.ts';
import { isSplitName, splitNameOf } from '../../split/given-split.ts';

/** The Hub names the usual splits in this order. */
const SPLITS: readonly SplitName[] = ['train', 'validation', 'test'];

/** Where a set has a file. */
export interface TablePlace {
  readonly config: string;
  readonly split: string;
}

/** A Parquet file of a set. */
export interface HubTable extends TablePlace {
  readonly url: string;
  /** Null where the list does not say. */
  readonly sizeBytes: number | null;
}

/**
 * Where a path puts a file, as `datasets` reads it: shards say their part before their number; else the part's keyword stands
 * in the file's name or is a folder. What says no part is all to train with. The folders that are left name a configuration.
 *
 * @see https://huggingface.co/docs/datasets/repository_structure
 * @see `datasets/data_files.py`, `KEYWORDS_IN_FILENAME_BASE_PATTERNS` and `SPLIT_PATTERN_SHARDED`
 */
export function placeOfPath(path: string): TablePlace {
  const folders = path.split('/').slice(0, -1);
  const name = (path.split('/').at(-1) ?? '').replace(/\.parquet$/u, '');
  // `0000.parquet` of the Hub's own conversion: its folder is the part, whatever that is called.
  if (/^\d+$/u.test(name) && folders.length > 1)
    return { config: configOf(folders.slice(0, -1)), split: folders.at(-1)! };
  // A shard may have a hash at its end.
  const shard = /^(.+?)[-_.]\d{5}-of-\d{5}([-_.].*)?$/u.exec(name)?.[1];
  const split =
    shard ?? keywordIn(name) ?? folders.map(keywordIn).findLast((found) => found !== null) ?? 'train';
  return { config: configOf(folders), split };
}

/** The part whose keyword stands in a name, between signs or digits. */
function keywordIn(name: string): SplitName | null {
  const words = name.toLowerCase().split(/[-._ \d]+/u);
  const found = words.findLast(isSplitName);
  return found === undefined ? null : splitNameOf(found);
}

function configOf(folders: readonly string[]): string {
  return folders.find((folder) => folder !== 'data' && keywordIn(folder) === null) ?? 'default';
}

/** Sorts by configuration, then train, validation, test and others by name; within a split the order stays. */
export function compareTables(one: TablePlace, other: TablePlace): number {
  return compare(one.config, other.config) || rank(one) - rank(other) || compare(one.split, other.split);
}

function rank({ split }: TablePlace): number {
  const name = splitNameOf(split);
  return name === null ? SPLITS.length : SPLITS.indexOf(name);
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** All parts, one after another; a part that is itself called so comes first. */
export const ALL_PARTS = 'all';

/** The configuration that is read: the one named, else the first. */
export function chosenConfig(tables: readonly HubTable[], options: Options): string | undefined {
  return textOption(options, 'config') || tables[0]?.config;
}

/** The files of the configuration and part that the options name, in order. */
export function chooseTables(tables: readonly HubTable[], options: Options): readonly HubTable[] {
  // One file, named: whatever its place is called.
  if (textOption(options, 'path') !== '') return tables;
  const config = chosenConfig(tables, options);
  const ofConfig = tables.filter((table) => table.config === config);
  const part = textOption(options, 'part') || ofConfig[0]?.split;
  const ofPart = ofConfig.filter((table) => table.split === part);
  return ofPart.length === 0 && part === ALL_PARTS ? ofConfig : ofPart;
}
