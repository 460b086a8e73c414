/** Owns which Parquet files of a set on the Hub are read: what their paths say of each, and what the recipe chooses. */
import { textOption, type Options } from '../../../protocol/options.ts';

/** The Hub names the usual splits in this order. */
const SPLITS = ['train', 'validation', 'test'];

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
 * `data/train-00000-of-00002.parquet`, `german/test.parquet` or `german/test/0000.parquet`.
 *
 * @see https://huggingface.co/docs/datasets/repository_structure
 */
export function placeOfPath(path: string): TablePlace {
  const folders = path.split('/').slice(0, -1);
  const file = (path.split('/').at(-1) ?? '').replace(/\.parquet$/u, '');
  const name = file.replace(/[-_.]\d+(-of-\d+)?$/u, '');
  const isNumber = /^\d+$/u.test(name);
  const named = isNumber ? folders.pop() : name;
  const config = folders.find((folder) => folder !== 'data') ?? 'default';
  // A file with a name of its own, all alone, is a set to train with.
  if (!SPLITS.includes(named ?? '') && folders.length === 0 && !isNumber) return { config, split: 'train' };
  return { config, split: named ?? 'train' };
}

/** Sorts by configuration, then train, validation, test and others by name; within a split the order stays. */
export function compareTables(one: TablePlace, other: TablePlace): number {
  return compare(one.config, other.config) || rank(one) - rank(other) || compare(one.split, other.split);
}

function rank({ split }: TablePlace): number {
  const index = SPLITS.indexOf(split);
  return index === -1 ? SPLITS.length : index;
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
