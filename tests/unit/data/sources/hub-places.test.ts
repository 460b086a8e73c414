/** Where the files of a set on the Hub belong, as the library `datasets` reads their names; and that the Hub may have a part of a set only. */
import { describe, expect, it } from 'vitest';
import { HubSet } from '../../../../src/data/sources/hub/hub-set.ts';
import { compareTables, placeOfPath } from '../../../../src/data/sources/hub/tables.ts';

describe('a path', () => {
  it.each([
    ['data/train-00000-of-00003.parquet', 'default', 'train'],
    ['data/train-00001-of-00003-b42a775f407cee41.parquet', 'default', 'train'],
    ['data/test-00000-of-00001-0123456789abcdef.parquet', 'default', 'test'],
    ['train.parquet', 'default', 'train'],
    ['val.parquet', 'default', 'validation'],
    ['valid.parquet', 'default', 'validation'],
    ['cifar-test.parquet', 'default', 'test'],
    ['cifar_train_v2.parquet', 'default', 'train'],
    ['train/part-0.parquet', 'default', 'train'],
    ['test/part-0.parquet', 'default', 'test'],
    ['data/all.parquet', 'default', 'train'],
    ['latest.parquet', 'default', 'train'],
    ['data/eval-00000-of-00001.parquet', 'default', 'eval'],
    ['data/training-00000-of-00001.parquet', 'default', 'training'],
    ['german/test.parquet', 'german', 'test'],
    ['german/test-00000-of-00001.parquet', 'german', 'test'],
    ['german/test/0000.parquet', 'german', 'test'],
    ['default/odd_part/0001.parquet', 'default', 'odd_part'],
  ])('%s is of %s, %s', (path, config, split) => {
    expect(placeOfPath(path)).toEqual({ config, split });
  });

  it('of a training part comes first, whatever it is called', () => {
    const splits = ['eval', 'training', 'odd', 'dev'].map((split) => ({ config: 'default', split }));
    expect(splits.sort(compareTables).map(({ split }) => split)).toEqual(['training', 'dev', 'eval', 'odd']);
  });
});

it('a set of which the Hub has the first 5 GB only is known for that', async () => {
  const options = { repo: 'someone/large', endpoint: 'https://huggingface.co', revision: 'main', path: '' };
  // As the datasets-server answers for large sets.
  const answer = {
    parquet_files: [
      {
        dataset: 'someone/large',
        config: 'default',
        split: 'partial-train',
        url: 'https://x/0000.parquet',
        filename: '0000.parquet',
        size: 1,
      },
    ],
    pending: [],
    failed: [],
  };
  for (const partial of [true, false]) {
    const set = new HubSet(options, () => Promise.resolve({ ...answer, partial }), {});
    await set.tables(null);
    expect(set.isPartial).toBe(partial);
  }
});
