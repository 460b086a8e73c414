/**
 * How pictures lie in folders: what becomes a class, a part or a group, and that whatever is not used is counted and said. The
 * measure is what Keras' `image_dataset_from_directory` and the Hub's imagefolder make of the same files.
 */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { countedText, leftOutTexts } from '../../../src/protocol/set/cleaning-words.ts';
import type { DatasetSummary } from '../../../src/protocol/set/dataset.ts';
import type { OptionValue } from '../../../src/protocol/recipe/recipe.ts';
import { errorOf } from './studio-error.ts';
import { greyPicture, recipeOf } from './test-recipe.ts';

const platform = createPlatform();
let pictures: Uint8Array[] = [];

beforeAll(async () => {
  pictures = await Promise.all(Array.from({ length: 24 }, (_, index) => greyPicture(index * 10)));
});

type Files = Record<string, Uint8Array | string>;

/** So many pictures of names that a template makes, of which `#` is the number. */
function named(...templates: readonly (readonly [template: string, count: number])[]): Files {
  const files: Files = {};
  let next = 0;
  for (const [template, count] of templates) {
    for (let index = 0; index < count; index += 1)
      files[template.replace('#', String(index))] = pictures[next++ % pictures.length]!;
  }
  return files;
}

const bytesOf = (content: Uint8Array | string): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

async function open(files: Files, options: Record<string, OptionValue> = {}): Promise<DatasetSummary> {
  const folder = Object.entries(files).map(([path, content]) => {
    const bytes = bytesOf(content);
    return { path, sizeBytes: bytes.length, read: () => Promise.resolve(bytes) };
  });
  const recipe = recipeOf({ source: 'folder', ...options });
  return (await openDataset(recipe, platform, { folder, onProgress: () => undefined })).summary;
}

/** Rows of each class. */
const counts = ({ labels, labelOfRow }: DatasetSummary): Record<string, number> =>
  Object.fromEntries(labels.map((label, index) => [label, labelOfRow.filter((one) => one === index).length]));

const remarks = ({ cleaning }: DatasetSummary): string =>
  cleaning.remarks.map(({ message }) => message).join('\n');

const parts = ({ split: { train, validation, test } }: DatasetSummary): number[] => [
  train.length,
  validation.length,
  test.length,
];

describe('classes', () => {
  it('are the first folders, deeper ones are read into them, and the same ones in each are told', async () => {
    const files = named(
      ['cat/2023/#.png', 6],
      ['cat/2024/#.png', 6],
      ['dog/2023/#.png', 6],
      ['dog/2024/#.png', 6],
    );
    const set = await open(files);
    expect(counts(set)).toEqual({ cat: 12, dog: 12 });
    expect(remarks(set)).toContain('“2023”, “2024”');
    const one = await open(files, { subfolder: '2024' });
    expect(counts(one)).toEqual({ cat: 6, dog: 6 });
    expect(leftOutTexts(one)).toEqual(['12 pictures outside “2024” (cat 6, dog 6)']);
  });

  it('are named as their folders, whatever those are called', async () => {
    const names = ['A', 'a', '[0-2] baby', '{brace}', ' space ', '猫', '__proto__', 'null', '10', '2'];
    const set = await open(named(...names.map((name) => [`${name}/#.png`, 5] as const)));
    expect(set.labels).toEqual([
      ' space ',
      '10',
      '2',
      'A',
      '[0-2] baby',
      '__proto__',
      'a',
      'null',
      '{brace}',
      '猫',
    ]);
    expect(remarks(set)).toContain('“A” and “a”');
  });

  it('come from a table as the Hub’s imagefolder has it, whatever its form', async () => {
    const rows = Array.from({ length: 20 }, (_, row) => [
      `images/${row.toString()}.png`,
      row % 2 ? 'dog' : 'cat',
    ]);
    const forms: Files = {
      'metadata.csv': `file_name;label\r\n${rows.map((row) => row.join(';')).join('\r\n')}`,
      'metadata.jsonl': rows.map(([file_name, label]) => JSON.stringify({ file_name, label })).join('\n'),
      'metadata.parquet': new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'file_name', data: rows.map(([name]) => name), type: 'STRING' },
            { name: 'label', data: rows.map(([, label]) => label), type: 'STRING' },
          ],
        }),
      ),
    };
    for (const [name, content] of Object.entries(forms)) {
      const set = await open({ ...named(['images/#.png', 20]), [name]: content });
      expect(counts(set), name).toEqual({ cat: 10, dog: 10 });
      expect(remarks(set)).toContain(`taken from ${name}`);
    }
  });

  it('come from Roboflow’s columns of noughts and ones, in each part', async () => {
    const table = (count: number): string =>
      `filename, cat, dog\n${Array.from({ length: count }, (_, row) => `${row.toString()}.jpg, ${row % 2 ? '0, 1' : '1, 0'}`).join('\n')}`;
    const files = {
      ...named(['train/#.jpg', 12], ['valid/#.jpg', 4], ['test/#.jpg', 6]),
      ...{ 'train/_classes.csv': table(12), 'valid/_classes.csv': table(4), 'test/_classes.csv': table(6) },
    };
    const set = await open(files, { splitFolders: true });
    expect([counts(set), parts(set)]).toEqual([{ cat: 11, dog: 11 }, [12, 4, 6]]);
  });

  it('come from Kaggle’s table of the training part, with whole numbers in their order', async () => {
    const table = `id,label\n${Array.from({ length: 24 }, (_, row) => `${row.toString()},${['2', '10', '0'][row % 3]!}`).join('\n')}`;
    const set = await open({ ...named(['train/#.png', 24], ['test/#.png', 8]), 'train.csv': table });
    expect([set.labels, set.cleaning.kept]).toEqual([['0', '2', '10'], 24]);
    expect(leftOutTexts(set)).toEqual(['8 without a label']);
    expect(remarks(set)).toContain('8 pictures are not in it');
  });

  it('come from the table that tells most, not from Kaggle’s sample of an answer, which comes before it by name', async () => {
    const lines = (from: number, labels: readonly string[], count: number): string =>
      Array.from({ length: count }, (_, row) => `${from + row}.png,${labels[row % labels.length]!}`).join(
        '\n',
      );
    const set = await open({
      ...named(['train/#.png', 12]),
      ...Object.fromEntries(
        Object.entries(named(['#.png', 40]))
          .slice(12)
          .map(([path, bytes]) => [`test/${path}`, bytes]),
      ),
      'sample_submission.csv': `id,label\n${lines(12, ['daisy'], 28)}`,
      'train.csv': `id,label\n${lines(0, ['daisy', 'rose'], 12)}`,
    });
    expect(counts(set)).toEqual({ daisy: 6, rose: 6 });
    expect(leftOutTexts(set)).toEqual(['1 .csv file (sample_submission.csv)', '28 without a label']);
  });

  it('come from what stands before the dot, as Edge Impulse and Kaggle name pictures', async () => {
    const files = named(
      ['training/cat.a#.jpg', 8],
      ['training/dog.b#.jpg', 8],
      ['testing/cat.c#.jpg', 4],
      ['testing/dog.d#.jpg', 4],
    );
    const set = await open({ ...files, 'info.labels': '{"version":1,"files":[]}' }, { splitFolders: true });
    expect([counts(set), parts(set)]).toEqual([{ cat: 12, dog: 12 }, [12, 4, 8]]);
    expect(remarks(set)).toContain('before the first dot');
    expect(leftOutTexts(set)).toEqual(['1 .labels file (info.labels)']);
  });

  it('come from Edge Impulse’s list where it has one', async () => {
    const list = Array.from({ length: 20 }, (_, row) => ({
      path: `training/${row.toString()}.jpg`,
      label: { type: 'label', label: row % 2 ? 'dog' : 'cat' },
    }));
    const set = await open({
      ...named(['training/#.jpg', 20]),
      'info.labels': JSON.stringify({ version: 1, files: list }),
    });
    expect(counts(set)).toEqual({ cat: 10, dog: 10 });
  });

  it('come from a project of Teachable Machine', async () => {
    const set = await open({
      ...named(['Class 1-!-#.png', 6], ['Class 2-!-#.png', 6]),
      'manifest.json': '{"type":"image"}',
    });
    expect(counts(set)).toEqual({ 'Class 1': 6, 'Class 2': 6 });
  });

  it('are missed by name where nothing says them', async () => {
    const error = await errorOf(() => open(named(['train/#.png', 8], ['test/#.png', 8])));
    expect(error.code).toBe('data/no-labels');
    expect(error.message).toContain('16 pictures came, such as test/0.png');
    expect(error.hint).toContain('metadata.csv');
  });
});

describe('parts', () => {
  const SET = (): Files => named(['train/cat/#.png', 8], ['train/dog/#.png', 8], ['test/cat/#.png', 4], ['test/dog/#.png', 4], ['valid/cat/#.png', 4], ['valid/dog/#.png', 4]); // oxfmt-ignore

  it('are taken where that is asked for, and told where it is not', async () => {
    expect(parts(await open(SET(), { splitFolders: true }))).toEqual([16, 8, 8]);
    const anew = await open(SET());
    expect(counts(anew)).toEqual({ cat: 16, dog: 16 });
    expect(remarks(anew)).toContain('“test”, “train”, “valid”; they are put together');
  });

  it('may lie below the classes', async () => {
    const set = await open(
      named(['cat/train/#.png', 6], ['cat/val/#.png', 4], ['dog/train/#.png', 6], ['dog/val/#.png', 4]),
      { splitFolders: true },
    );
    expect([counts(set), set.split.train.length + set.split.test.length]).toEqual([{ cat: 10, dog: 10 }, 12]);
  });

  it('are made of the training part where they have no labels, which is said', async () => {
    const set = await open(named(['train/nok/#.png', 10], ['train/ok/#.png', 10], ['test/#.png', 12]), {
      splitFolders: true,
    });
    expect([counts(set), leftOutTexts(set)]).toEqual([{ nok: 10, ok: 10 }, ['12 without a label']]);
    expect(remarks(set)).toContain('no labelled pictures for test');
  });

  it('may hold a class that the network never sees, which is said with its count', async () => {
    const set = await open(named(['train/cat/#.png', 8], ['train/dog/#.png', 8], ['test/cat/#.png', 4], ['test/dog/#.png', 4], ['test/owl/#.png', 4]), { splitFolders: true }); // oxfmt-ignore
    expect(remarks(set)).toContain('“owl” has no picture to train with, only 4 pictures in test');
  });

  it('keep altered copies of one picture together, as Roboflow names them', async () => {
    const names = ['cat', 'dog'].flatMap((label) =>
      Array.from(
        { length: 8 },
        (_, index) => [`train/${label}/img${index.toString()}_jpg.rf.0000000#.jpg`, 3] as const,
      ),
    );
    const set = await open(named(...names));
    const originals = Object.values(set.split).map(
      (rows) => new Set(Array.from(rows, (row) => Math.floor(row / 3))),
    );
    expect(originals.reduce((sum, { size }) => sum + size, 0)).toBe(16);
    expect(remarks(set)).toContain('48 files are altered copies of 16 pictures');
  });
});

describe('what is left out', () => {
  const LFS = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';

  it('is counted, whatever it is, from the list of files on', async () => {
    const start = (...bytes: number[]): Uint8Array => Uint8Array.from([...bytes, ...new Uint8Array(60)]);
    const text = (words: string): Uint8Array => start(...new TextEncoder().encode(words));
    const set = await open({
      ...named(['cat/#.png', 6], ['dog/#.png', 6], ['cat/noext#', 2], ['dog/j#.jfif', 2]),
      'bird/a.tif': start(0x49, 0x49, 0x2a, 0),
      'bird/b.tiff': start(0x4d, 0x4d, 0, 0x2a),
      'cat/a.jpg': text('\0\0\0\x18ftypheic'),
      'cat/b.jpg': text('\0\0\0\x18ftypmp42'),
      'cat/c.jpg': text('%PDF-1.4'),
      'cat/d.png': start(0x93, ...new TextEncoder().encode('NUMPY')),
      'dog/a.jpg': text('\0\0\0\fJXL '),
      'dog/b.jpg': LFS,
      'dog/c.jpg': new Uint8Array(500),
      'dog/d.jpg': new Uint8Array(0),
      'dog/e.png': pictures[0]!.slice(0, 40),
      'loose.png': pictures[1]!,
      'notes.txt': 'about these',
      'cat/Thumbs.db': 'left behind',
      '.DS_Store': 'left behind',
    });
    expect(counts(set)).toEqual({ cat: 8, dog: 8 });
    expect(leftOutTexts(set)).toEqual([
      '2 hidden files (such as cat/Thumbs.db)',
      '1 .txt file (notes.txt)',
      '1 without a label',
      '11 with a picture that cannot be read',
    ]);
    expect(set.cleaning.inPlace.map(countedText)).toEqual([
      '2 TIFF pictures (bird 2)',
      '1 Git LFS pointer (dog 1)',
      '1 HEIC picture (cat 1)',
      '1 JPEG XL picture (dog 1)',
      '1 MP4 video (cat 1)',
      '1 NumPy array (cat 1)',
      '1 PDF document (cat 1)',
      '1 all-zero file (dog 1)',
      '1 damaged picture (dog 1)',
      '1 empty file (dog 1)',
    ]);
    const gone = 'Of 1 class nothing is left, so that the network does not learn it: “bird” (2 rows)';
    expect(remarks(set)).toContain(gone);
    // All that was listed is a row that is kept, a row that is left out, or passed over.
    const { passedOver, withoutLabel: none, undecodable: bad, kept } = set.cleaning;
    expect(passedOver.reduce((sum, { count }) => sum + count, none + bad + kept)).toBe(31);
  });

  it('is told with its reason where nothing remains', async () => {
    const error = await errorOf(() => open({ 'cat/0.jpg': LFS, 'cat/1.jpg': LFS, 'dog/0.jpg': LFS }));
    expect(error.code).toBe('data/no-rows');
    expect(error.message).toContain('3 Git LFS pointers (cat 2, dog 1)');
    expect(error.hint).toContain('git lfs pull');
  });
});
