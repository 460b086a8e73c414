/** What a table's cells may hold: pictures as text and as numbers, labels in lists and structures, and what is told where they hold neither. */
import { parquetWriteBuffer, type ColumnSource, type SchemaElement } from 'hyparquet-writer';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/data/open-dataset.ts';
import type { Dataset } from '../../../src/data/dataset.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { OptionValue } from '../../../src/protocol/recipe/recipe.ts';
import { errorOf } from './studio-error.ts';
import { greyPicture, recipeOf } from './test-recipe.ts';

const platform = createPlatform();
const ROWS = 24;
let pictures: Uint8Array[] = [];

beforeAll(async () => {
  pictures = await Promise.all(Array.from({ length: ROWS }, (_, row) => greyPicture(row * 10)));
});

const each = <Value>(of: (row: number) => Value): Value[] =>
  Array.from({ length: ROWS }, (_, row) => of(row));
const catOrDog = (): ColumnSource => ({
  name: 'label',
  data: each((row) => (row % 2 ? 'dog' : 'cat')),
  type: 'STRING',
});
const image = (): ColumnSource => ({ name: 'image', data: pictures, type: 'BYTE_ARRAY' });

function openTable(
  columnData: ColumnSource[],
  more: {
    readonly schema?: SchemaElement[];
    readonly features?: object;
    readonly options?: Record<string, OptionValue>;
  } = {},
): Promise<Dataset> {
  const { schema, features, options = {} } = more;
  const kvMetadata =
    features === undefined ? [] : [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }];
  const plain = columnData.map(({ name, data }) => ({ name, data }));
  const table = parquetWriteBuffer({
    columnData: schema === undefined ? columnData : plain,
    kvMetadata,
    ...(schema === undefined ? {} : { schema }),
  });
  const recipe = recipeOf({ source: 'parquet', ...options });
  return openDataset(recipe, platform, { file: new Blob([table]), onProgress: () => undefined });
}

const list = (name: string, element: SchemaElement): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  element,
];
const root = (columns: number): SchemaElement => ({ name: 'schema', num_children: columns });
const BYTES: SchemaElement = { name: 'image', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' };
const number = (name: string): SchemaElement => ({ name, type: 'INT32', repetition_type: 'OPTIONAL' });
const words = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'OPTIONAL',
});

/** Grey of the first pixel of each picture. */
async function greys({ pictures: store }: Dataset): Promise<number[]> {
  const all = await store.read(each((row) => row));
  return each((row) => all[row * 32 * 32 * 3]!);
}

describe('a picture', () => {
  it.each([
    ['base64', (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')],
    [
      'a data address',
      (bytes: Uint8Array) => `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`,
    ],
  ])('may be %s', async (_what, write) => {
    const set = await openTable([{ name: 'image', data: pictures.map(write), type: 'STRING' }, catOrDog()]);
    expect(await greys(set)).toEqual(each((row) => row * 10));
  });

  it('may be text of a square’s values, as in FER2013', async () => {
    const text = each((row) => Array.from({ length: 48 * 48 }, () => row * 10).join(' '));
    const emotion = { name: 'emotion', data: each((row) => row % 2), type: 'INT32' } as const;
    const set = await openTable([emotion, { name: 'pixels', data: text, type: 'STRING' }]);
    expect([set.summary.labels, set.facts[0]?.width]).toEqual([['0', '1'], 48]);
    expect(await greys(set)).toEqual(each((row) => row * 10));
  });

  it('may be lists of lists of numbers, in their shape', async () => {
    const arrays = each((row) =>
      Array.from({ length: 6 }, (_, y) =>
        Array.from({ length: 8 }, (_value, x) => row * 10 + (x === 0 && y === 0 ? 0 : 1)),
      ),
    );
    const inner = list('element', number('element'));
    const schema = [root(2), ...list('image', inner[0]!), ...inner.slice(1), words('label')];
    const set = await openTable([{ name: 'image', data: arrays }, { ...catOrDog() }], { schema });
    expect(set.facts[3]).toMatchObject({ width: 8, height: 6, format: 'bmp' });
    expect((await greys(set))[20]).toBeGreaterThanOrEqual(200);
  });

  it.each([
    ['web addresses', each((row) => `https://example.com/${row.toString()}.jpg`), 'not fetched'],
    ['missing files', each((row) => `photos/${row.toString()}.jpg`), 'pick the folder'],
  ])('is not made of %s, which are told', async (noun, data, hint) => {
    const error = await errorOf(() => openTable([{ name: 'image', data, type: 'STRING' }, catOrDog()]));
    expect(error.message).toContain(`${ROWS.toString()} ${noun} (cat 12, dog 12)`);
    expect(error.hint).toContain(hint);
  });
});

describe('a label', () => {
  const lists = (of: (row: number) => number[]) => [image(), { name: 'labels', data: each(of) }];
  const schema = (): SchemaElement[] => [root(2), BYTES, ...list('labels', number('element'))];

  it('may be one-hot', async () => {
    const { summary } = await openTable(
      lists((row) => [0, 1, 2].map((at) => (at === row % 3 ? 1 : 0))),
      { schema: schema() },
    );
    expect(summary.labels).toEqual(['0', '1', '2']);
    expect(summary.cleaning.remarks[0]?.message).toContain('one-hot');
  });

  it('may be the one of a list, with the names that the set declares', async () => {
    const names = ['zebra', 'ant'];
    for (const feature of [
      [{ names, _type: 'ClassLabel' }],
      { feature: { names, _type: 'ClassLabel' }, _type: 'Sequence' },
    ]) {
      const features = { image: { _type: 'Image' }, labels: feature };
      const { summary } = await openTable(
        lists((row) => [row % 2]),
        { schema: schema(), features },
      );
      // As `datasets` numbers them.
      expect([summary.labels, summary.cleaning.remarks]).toEqual([names, []]);
    }
  });

  it('of several is the first, or none, and either is said', async () => {
    const several = lists((row) => (row % 4 === 0 ? [row % 3, 7] : [row % 3]));
    const first = (await openTable(several, { schema: schema() })).summary;
    expect(first.cleaning).toMatchObject({ kept: ROWS, oddLabel: 0 });
    expect(first.cleaning.remarks[0]?.message).toContain('6 rows have several labels');
    const none = (await openTable(several, { schema: schema(), options: { severalLabels: 'leaveOut' } }))
      .summary;
    expect(none.cleaning).toMatchObject({ kept: ROWS - 6, oddLabel: 6 });
  });

  it('may be a field, of which the telling one comes first', async () => {
    const data = each((row) => ({ id: row, name: row % 2 ? 'dog' : 'cat' }));
    const fields: SchemaElement[] = [
      root(2),
      BYTES,
      { name: 'label', repetition_type: 'OPTIONAL', num_children: 2 },
      number('id'),
      words('name'),
    ];
    const columns = [image(), { name: 'label', data }];
    expect((await openTable(columns, { schema: fields })).summary.labels).toEqual(['cat', 'dog']);
    const error = await errorOf(() =>
      openTable(columns, { schema: fields, options: { labelColumn: 'label.nam' } }),
    );
    expect(error.message).toContain('"label.id", "label.name"');
    const byId = await errorOf(() =>
      openTable(columns, { schema: fields, options: { labelColumn: 'label.id' } }),
    );
    expect(byId.code).toBe('data/class-too-small');
  });

  it('may be a half step', async () => {
    const { summary } = await openTable([
      image(),
      { name: 'label', data: each((row) => 1 + (row % 4) / 2), type: 'DOUBLE' },
    ]);
    expect([summary.labels, summary.cleaning.oddLabel]).toEqual([['1', '1.5', '2', '2.5'], 0]);
  });

  it('that is understood nowhere is told with an example', async () => {
    const error = await errorOf(() =>
      openTable([image(), { name: 'label', data: each(() => "['cat']"), type: 'STRING' }]),
    );
    expect(error.message).toContain('24 with a label unlike the others');
    expect(error.message).toContain("“['cat']”");
  });

  it('of whole numbers is sorted by their size', async () => {
    const { summary } = await openTable([
      image(),
      { name: 'label', data: each((row) => [2, 10, 0][row % 3]), type: 'INT32' },
    ]);
    expect(summary.labels).toEqual(['0', '2', '10']);
  });
});

it('a picture of 16 bits that comes out black is told', async () => {
  const dark = await sharp(
    Uint16Array.from({ length: 64 }, () => 200),
    { raw: { width: 8, height: 8, channels: 1 } },
  )
    .toColourspace('grey16')
    .png()
    .toBuffer();
  const data = [...pictures.slice(1), new Uint8Array(dark)];
  const { summary } = await openTable([{ name: 'image', data, type: 'BYTE_ARRAY' }, catOrDog()]);
  expect(summary.cleaning.remarks[0]?.message).toMatch(/^1 picture of 16 bits comes out black/u);
});
