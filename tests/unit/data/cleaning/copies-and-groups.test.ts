/** Copies, groups and given splits: what is found, what the recipe's choices do, and what stays together. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../src/data/dataset.ts';
import { splitGroups } from '../../../../src/data/split/group-split.ts';
import { openDataset } from '../../../../src/data/open-dataset.ts';
import { createPlatform } from '../../../../src/platform/platform.node.ts';
import type { StudioError } from '../../../../src/protocol/errors.ts';
import type { OptionValue } from '../../../../src/protocol/recipe/recipe.ts';
import { errorOf } from '../studio-error.ts';
import { noisePicture, recipeOf } from '../test-recipe.ts';

const platform = createPlatform();
const ROWS = 40;
/** Row 7 is the file of row 2; rows 11 and 30 show what row 4 shows. */
let images: Uint8Array[] = [];
const labels = Array.from({ length: ROWS }, (_, row) => (row % 2 === 0 ? 'cat' : 'dog'));

beforeAll(async () => {
  images = await Promise.all(
    Array.from({ length: ROWS }, async (_, row) => (await noisePicture(row)).png().toBuffer()),
  );
  images[7] = images[2]!;
  images[11] = await (await noisePicture(4)).jpeg({ quality: 60 }).toBuffer();
  images[30] = await (await noisePicture(4)).resize(60, 60).modulate({ brightness: 1.1 }).webp().toBuffer();
});

/** What was said beside the set that was opened last. */
let notices: StudioError[] = [];

function open(
  options: Record<string, OptionValue> = {},
  more: Readonly<Record<string, readonly (string | null)[]>> = {},
): Promise<Dataset> {
  notices = [];
  const columns = { label: labels, ...more };
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'image', data: images, type: 'BYTE_ARRAY' },
      ...Object.entries(columns).map(([name, data]) => ({ name, data: [...data], type: 'STRING' as const })),
    ],
  });
  const recipe = recipeOf({ source: 'parquet', ...options }, 64);
  const onNotice = (notice: StudioError): void => void notices.push(notice);
  return openDataset(recipe, platform, { file: new Blob([buffer]), onProgress: () => undefined, onNotice });
}

function partOf({ summary }: Dataset, row: number): string {
  const found = Object.entries(summary.split).find(([, rows]) => rows.includes(row));
  return found?.[0] ?? 'none';
}

describe('copies', () => {
  it('are found and told, and change nothing by themselves', async () => {
    const { summary } = await open();
    expect(summary.labelOfRow.length).toBe(ROWS);
    expect(summary.findings?.duplicates).toEqual([[2, 7]]);
    expect(summary.findings?.nearDuplicates).toEqual([[4, 11, 30]]);
    expect(summary.findings?.dropped).toEqual({
      ...{ withoutFace: 0, duplicates: 0 },
      ...{ nearDuplicates: 0, smallClasses: 0 },
    });
  });

  it('are dropped but for the first, and rows are numbered anew', async () => {
    const { summary, pictures, shown } = await open({ duplicates: 'drop', nearDuplicates: 'drop' });
    expect(summary.findings?.dropped).toEqual({
      ...{ withoutFace: 0, duplicates: 1 },
      ...{ nearDuplicates: 2, smallClasses: 0 },
    });
    expect(summary.findings?.setsAcrossSplits).toBe(0);
    expect(summary.labelOfRow.length).toBe(ROWS - 3);
    expect(pictures.count).toBe(ROWS - 3);
    const whole = await open();
    // Row 9 is now the tenth but one: 7 is gone before it.
    expect(await pictures.read([8])).toEqual(await whole.pictures.read([9]));
    expect((await errorOf(() => pictures.read([ROWS - 3]))).code).toBe('bug/row');
    // What was dropped is still shown beside what stands for it, numbered on from the last row.
    expect(summary.findings?.duplicates).toEqual([[2, ROWS - 3]]);
    expect(summary.findings?.nearDuplicates).toEqual([[4, ROWS - 2, ROWS - 1]]);
    expect(summary.findings?.aside).toEqual([
      { why: 'duplicate', label: 'dog' },
      { why: 'nearDuplicate', label: 'dog' },
      { why: 'nearDuplicate', label: 'cat' },
    ]);
    expect(await shown.read([ROWS - 3, ROWS - 1])).toEqual(await whole.pictures.read([7, 30]));
  });

  it('say of every picture which file it was', async () => {
    const { facts } = await open({ duplicates: 'drop' });
    expect(facts[ROWS - 1]).toEqual({
      sourceRow: 7,
      path: '',
      rawLabel: 'dog',
      format: 'png',
      width: 96,
      height: 96,
      sizeBytes: images[7]?.length,
    });
    // Row 30 of the file is row 29 of the set, and was saved smaller.
    expect(facts[29]).toMatchObject({ sourceRow: 30, format: 'webp', width: 60, height: 60 });
  });

  it('stay in one part when they are to', async () => {
    const dataset = await open({ duplicates: 'together', nearDuplicates: 'together' });
    expect(partOf(dataset, 2)).toBe(partOf(dataset, 7));
    expect(new Set([4, 11, 30].map((row) => partOf(dataset, row))).size).toBe(1);
    expect(dataset.summary.findings?.setsAcrossSplits).toBe(0);
    expect(dataset.summary.split.train.length).toBe(24);
  });

  it('leave scikit-learn its split when there are none', async () => {
    const [one, other] = [await open({ duplicates: 'drop' }), await open({ duplicates: 'drop' })];
    expect(one.summary.split).toEqual(other.summary.split);
  });
});

describe('classes with few pictures', () => {
  it('are left out when the recipe says how many they need', async () => {
    const label = labels.map((name, row) => (row < 3 ? 'bird' : name));
    const { summary } = await open({ leastPictures: 5 }, { label });
    expect(summary.labels).toEqual(['cat', 'dog']);
    expect(summary.findings?.smallClasses).toEqual([{ label: 'bird', pictures: 3 }]);
    expect(summary.findings?.dropped.smallClasses).toBe(3);
  });
});

describe('groups', () => {
  it('keep one person in one part', async () => {
    const person = Array.from({ length: ROWS }, (_, row) => `person ${row % 10}`);
    const dataset = await open({ groupColumn: 'person' }, { person });
    for (let row = 0; row < ROWS; row += 1) expect(partOf(dataset, row)).toBe(partOf(dataset, row % 10));
    expect(partOf(dataset, 0)).not.toBe('none');
  });

  it('still give each part its share of each class', () => {
    const groups = 300;
    const labelOfRow = Uint16Array.from({ length: 3000 }, (_, row) => (row * 7 + Math.floor(row / 50)) % 4);
    const groupOfRow = Uint32Array.from({ length: 3000 }, (_, row) => Math.floor((row % 997) / 3) % groups);
    const plan = { train: 0.6, validation: 0.2, test: 0.2, seed: 42 };
    const split = splitGroups(labelOfRow, groupOfRow, plan);
    for (const part of ['train', 'validation', 'test'] as const) {
      for (let label = 0; label < 4; label += 1) {
        const inPart = split[part].filter((row) => labelOfRow[row] === label).length;
        expect(Math.abs(inPart / labelOfRow.filter((one) => one === label).length - plan[part])).toBeLessThan(
          0.02,
        );
      }
    }
    expect(splitGroups(labelOfRow, groupOfRow, plan)).toEqual(split);
    expect(splitGroups(labelOfRow, groupOfRow, { ...plan, seed: 43 })).not.toEqual(split);
  });

  it('refuse too few', async () => {
    const person = labels.map(() => 'the only one');
    const error = await errorOf(() => open({ groupColumn: 'person' }, { person }));
    expect(error.code).toBe('data/split-too-small');
  });
});

describe("the set's own split", () => {
  const words = ['train', 'Train', 'train', 'valid', 'TEST'];
  const part = Array.from({ length: ROWS }, (_, row) => words[row % 5]!);

  it('is taken as it is, in the order of the set', async () => {
    const { summary } = await open({ splitColumn: 'part' }, { part });
    expect(Array.from(summary.split.validation)).toEqual([3, 8, 13, 18, 23, 28, 33, 38]);
    expect(Array.from(summary.split.test)).toEqual([4, 9, 14, 19, 24, 29, 34, 39]);
    expect(summary.split.train.length).toBe(24);
  });

  it('is completed from the training rows where it has no validation', async () => {
    const two = part.map((word) => (word === 'valid' ? 'train' : word));
    const { summary } = await open({ splitColumn: 'part' }, { part: two });
    expect(summary.split.test.length).toBe(8);
    expect(summary.split.validation.length).toBe(8);
    expect(summary.split.train.length).toBe(24);
  });

  const person = Array.from({ length: ROWS }, (_, row) => `person ${Math.floor(row / 2)}`);
  const acrossParts = (dataset: Dataset): number =>
    new Set(person.filter((_, row) => partOf(dataset, row) !== partOf(dataset, row % 2 ? row - 1 : row + 1)))
      .size;

  it('leaves groups whole when validation is carved out of its training rows', async () => {
    // Persons are two rows each; the last ten rows are the test part.
    const two = labels.map((_, row) => (row < 30 ? 'train' : 'test'));
    const alone = await open({ splitColumn: 'part' }, { part: two, person });
    expect(acrossParts(alone)).toBeGreaterThan(2);
    const dataset = await open({ splitColumn: 'part', groupColumn: 'person' }, { part: two, person });
    expect(acrossParts(dataset)).toBe(0);
    expect(dataset.summary.split.validation.length).toBe(8);
    expect(Array.from(dataset.summary.split.test)).toEqual([30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
    expect(dataset.summary.findings?.groupsAcrossSplits).toBe(0);
    expect(notices).toEqual([]);
  });

  it('leaves copies in one part when it is completed, where they are to stay together', async () => {
    const two = labels.map((_, row) => (row % 5 === 1 ? 'test' : 'train'));
    const options = { splitColumn: 'part', duplicates: 'together', nearDuplicates: 'together' };
    const dataset = await open(options, { part: two });
    expect(partOf(dataset, 2)).toBe(partOf(dataset, 7));
    expect(partOf(dataset, 4)).toBe(partOf(dataset, 30));
    // Row 11 is a test row of the set's own, and looks as rows 4 and 30 do.
    expect(partOf(dataset, 11)).toBe('test');
    expect(dataset.summary.findings).toMatchObject({ setsAcrossSplits: 1, groupsAcrossSplits: 1 });
  });

  it('says how many groups it cuts itself', async () => {
    const dataset = await open({ splitColumn: 'part', groupColumn: 'person' }, { part, person });
    // Of five rows in turn, the first three train: whose rows are not two of those is cut.
    expect(dataset.summary.findings?.groupsAcrossSplits).toBe(acrossParts(dataset));
    expect(acrossParts(dataset)).toBe(12);
    expect(notices.map(({ code, message }) => [code, message])).toEqual([
      [
        'data/groups-cut',
        "Pictures that belong together were to stay in one part; 12 groups are in several, since the set's own split puts them there.",
      ],
    ]);
    await open({ splitColumn: 'part' }, { part, person });
    expect(notices).toEqual([]);
  });

  it('refuses groups that are too few to complete it', async () => {
    const two = labels.map((_, row) => (row < 30 ? 'train' : 'test'));
    const one = labels.map(() => 'the only one');
    const error = await errorOf(() =>
      open({ splitColumn: 'part', groupColumn: 'person' }, { part: two, person: one }),
    );
    expect(error.message).toBe(
      'Groups were to be split into train and validation; with 1 group nothing is left for validation.',
    );
  });

  it.each([
    ['a word that is none', 'holdout'],
    ['a row without', null],
  ])('is refused with %s', async (_what, word) => {
    const odd = part.map((one, row) => (row === 5 ? word : one));
    const error = await errorOf(() => open({ splitColumn: 'part' }, { part: odd }));
    expect(error.code).toBe('data/unknown-split');
  });
});
