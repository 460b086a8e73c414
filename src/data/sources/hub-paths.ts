/** Owns how paths of a repository on the Hub say which configuration and split a Parquet file belongs to. */

/** The Hub names the usual splits in this order. */
const SPLITS = ['train', 'validation', 'test'];

/** Where a set has a file. */
export interface TablePlace {
  readonly config: string;
  readonly split: string;
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
