/** Opens whole sets through the real Node platform: the built-in one, and Parquet files made for the occasion. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/data/open-dataset.ts';
import type { Dataset } from '../../../src/data/dataset.ts';
import { countedText } from '../../../src/protocol/set/cleaning-words.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { isAbort } from '../../../src/protocol/errors.ts';
import { errorOf } from './studio-error.ts';
import { greyPicture, recipeOf } from './test-recipe.ts';

const platform = createPlatform();
const quiet = { onProgress: (): void => undefined };

function tableOf(images: readonly (Uint8Array | null)[], labels: readonly unknown[]): Blob {
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'image', data: [...images], type: 'BYTE_ARRAY' },
      { name: 'label', data: [...labels], type: 'STRING' },
    ],
  });
  return new Blob([buffer]);
}

const openTable = async (...table: Parameters<typeof tableOf>): Promise<Dataset> =>
  openDataset(recipeOf({ source: 'parquet' }), platform, { file: tableOf(...table), ...quiet });

describe('the built-in set', () => {
  it('has eight classes of drawn faces, all of which decode', async () => {
    const seen: number[] = [];
    const { summary, pictures } = await openDataset(recipeOf({ source: 'sample' }), platform, {
      onProgress: (done, total) => seen.push(done / (total ?? NaN)),
    });
    expect(summary.noun).toBe('faces');
    expect(summary.labels).toEqual([
      'anger', 'content', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise',
    ]); // oxfmt-ignore
    const { kept, rowsRead } = summary.cleaning;
    expect(kept).toBe(rowsRead);
    expect(kept).toBeGreaterThan(1000);
    expect(summary.split.train.length + summary.split.validation.length + summary.split.test.length).toBe(
      kept,
    );
    expect(pictures.count).toBe(kept);
    expect((await pictures.read([0, kept - 1])).length).toBe(2 * 32 * 32 * 3);
    expect(seen.at(-1)).toBe(1);
  }, 60_000);
});

describe('pictures', () => {
  it('are all there when their threads break down, which is said', async () => {
    const refusing: typeof platform = {
      ...platform,
      startPictureThread: ({ onFailure }) => {
        queueMicrotask(() => onFailure('no memory'));
        return { post: () => undefined, end: () => undefined };
      },
    };
    const images = await Promise.all(Array.from({ length: 80 }, (_, row) => greyPicture(row * 3)));
    const labels = images.map((_, row) => (row % 2 === 0 ? 'day' : 'night'));
    const notices: string[] = [];
    const { summary } = await openDataset(recipeOf({ source: 'parquet' }), refusing, {
      ...quiet,
      file: tableOf(images, labels),
      onNotice: ({ code, message }) => notices.push(`${code}: ${message}`),
    });
    expect(summary.cleaning.kept).toBe(80);
    expect(notices).toEqual([expect.stringMatching(/^data\/threads-broke-down: .*broke down: no memory/)]);
  });
});

describe('cleaning', () => {
  it('drops rows without picture, label or decodable picture, counts them and renumbers the rest', async () => {
    const images: (Uint8Array | null)[] = [];
    const labels: (string | null)[] = [];
    for (let row = 0; row < 40; row += 1) {
      images.push(await greyPicture(row * 6));
      labels.push(row % 2 === 0 ? 'Day' : 'night');
    }
    images[3] = null;
    images[4] = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');
    images[5] = images[5]!.slice(0, 50);
    labels[6] = null;
    labels[7] = '  ';
    const { summary, pictures } = await openTable(images, labels);
    expect(summary.cleaning).toMatchObject({
      passedOver: [],
      remarks: [],
      rowsRead: 40,
      withoutPicture: 1,
      withoutLabel: 2,
      oddLabel: 0,
      undecodable: 2,
      kept: 35,
    });
    expect(summary.cleaning.inPlace.map(countedText)).toEqual([
      '1 SVG drawing (Day 1)',
      '1 damaged picture (night 1)',
    ]);
    expect(summary.labels).toEqual(['Day', 'night']);
    expect(Array.from(summary.labelOfRow.subarray(0, 5))).toEqual([0, 1, 0, 0, 1]);
    // The fourth kept row is the ninth of the file.
    expect(Array.from((await pictures.read([3])).subarray(0, 3))).toEqual([48, 48, 48]);
  });

  it('leaves out a label that has not the form of its column, counts it, and says what it found', async () => {
    const images = await Promise.all(Array.from({ length: 20 }, (_, row) => greyPicture(row * 6)));
    const labels = images.map((_, row) =>
      JSON.stringify([{ question: 'How?', answer: row % 2 ? 'day' : 'night' }]),
    );
    labels[4] = 'a sunny day';
    labels[9] = '[{"question": "How?", "ans';
    labels[15] = '[{"answer": 5}]';
    const { summary, pictures, shown, facts } = await openTable(images, labels);
    expect(summary.labels).toEqual(['day', 'night']);
    expect(summary.cleaning).toMatchObject({ rowsRead: 20, withoutLabel: 0, oddLabel: 3, kept: 17 });
    const others = 'while other labels are lists of answers';
    expect(summary.findings?.leftOut).toEqual([
      { sourceRow: 4, path: '', why: 'oddLabel', detail: `“a sunny day”: plain text, ${others}` },
      {
        sourceRow: 9,
        path: '',
        why: 'oddLabel',
        detail: `“[{"question": "How?", "ans”: no label, ${others}`,
      },
      { sourceRow: 15, path: '', why: 'oddLabel', detail: `“[{"answer": 5}]”: lists of numbers, ${others}` },
    ]);
    // The fifth that is kept is the sixth of the file; those that are not can be looked at.
    expect((await pictures.read([4]))[0]).toBe(30);
    expect(summary.findings?.aside.map(({ why }) => why)).toEqual(['oddLabel', 'oddLabel', 'oddLabel']);
    expect((await shown.read([17]))[0]).toBe(24);
    expect(facts[17]).toMatchObject({ sourceRow: 4, rawLabel: 'a sunny day' });
  });

  it('takes numerals among words for the names that they are', async () => {
    const images = await Promise.all(Array.from({ length: 20 }, (_, row) => greyPicture(row * 6)));
    const { summary } = await openTable(
      images,
      images.map((_, row) => (row % 2 ? '7' : 'king')),
    );
    expect(summary.labels).toEqual(['7', 'king']);
    expect(summary.cleaning).toMatchObject({ oddLabel: 0, kept: 20 });
  });

  it('says when one class is left', async () => {
    const picture = await greyPicture(1);
    const error = await errorOf(() => openTable([picture, picture, picture], ['a', 'a', 'a']));
    expect(error.code).toBe('data/one-class');
  });

  it('says when no picture decodes', async () => {
    const page = new TextEncoder().encode('<html>Not found</html>');
    expect((await errorOf(() => openTable([page, page], ['a', 'b']))).code).toBe('data/no-rows');
  });

  it('says when a class is too small to split', async () => {
    const picture = await greyPicture(1);
    const labels = ['a', 'a', 'a', 'a', 'a', 'b'];
    const error = await errorOf(() =>
      openTable(
        labels.map(() => picture),
        labels,
      ),
    );
    expect(error.code).toBe('data/class-too-small');
  });
});

describe('a recipe that asks for something else', () => {
  const open = (dataset: Record<string, string>, file?: Blob): Promise<Dataset> =>
    openDataset(recipeOf(dataset), platform, { ...(file === undefined ? {} : { file }), ...quiet });

  it.each([
    ['a source that there is not', { source: 'ftp' }, 'recipe/unknown-source', 'one of sample, '],
    ['an option that there is not', { source: 'sample', file: 'x' }, 'recipe/unknown-option', 'dataset.file'],
    [
      'a file that is not there',
      { source: 'parquet', path: 'no/such.parquet' },
      'data/file-missing',
      'no/such',
    ],
    ['no file', { source: 'parquet' }, 'data/file-missing', 'none was picked'],
  ])('names it: %s', async (_what, dataset, code, words) => {
    const error = await errorOf(() => open(dataset));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it('names the columns that there are', async () => {
    const table = tableOf([await greyPicture(1)], ['a']);
    const error = await errorOf(() => open({ source: 'parquet', labelColumn: 'mood' }, table));
    expect(error.code).toBe('data/column-missing');
    expect(error.message).toContain('"mood"');
    expect(error.message).toContain('"image", "label"');
    expect(error.hint).toContain('labelColumn');
  });
});

describe('cancelling', () => {
  it('ends at once with the reason of the signal', async () => {
    const controller = new AbortController();
    const opening = openDataset(recipeOf({ source: 'sample' }), platform, {
      signal: controller.signal,
      onProgress: (done) => {
        if (done === 20) controller.abort();
        expect(done).toBeLessThan(40);
      },
    });
    const thrown: unknown = await opening.catch((reason: unknown) => reason);
    expect(isAbort(thrown)).toBe(true);
  });
});
