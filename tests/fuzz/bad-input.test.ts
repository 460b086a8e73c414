/** Sets that are broken, hostile or odd: each ends in a StudioError that says what came, or opens as it should. */
import { readFileSync } from 'node:fs';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../src/data/open-dataset.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { overlappingZip } from '../support/sets/odd-zips.ts';
import { errorOf } from '../unit/data/studio-error.ts';
import { greyPicture, recipeOf } from '../unit/data/test-recipe.ts';

const platform = createPlatform();
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const sound = readFileSync('tests/parity/data/fixtures/hub-snappy.parquet');

function tableOf(images: readonly Uint8Array[], labels: readonly string[]): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'image', data: [...images], type: 'BYTE_ARRAY' },
        { name: 'label', data: [...labels], type: 'STRING' },
      ],
    }),
  );
}

const open = (source: 'parquet' | 'zip', bytes: Uint8Array, options: Record<string, string> = {}) =>
  openDataset(recipeOf({ source, ...options }), platform, {
    file: new Blob([Uint8Array.from(bytes)]),
    onProgress: () => undefined,
  });

/** A sound file with another number for its compression, in every column's description: 7 is LZ4_RAW, 9 nothing. */
function withUnknownCompression(): Uint8Array {
  const bytes = tableOf([text('x')], ['a']);
  // In the Thrift of the footer: field 4 of a column's description, an i32 whose value is zigzag; Snappy is 1.
  const footer = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
  for (let at = footer; at + 1 < bytes.length; at += 1) {
    if (bytes[at] === 0x15 && bytes[at + 1] === 2 && bytes[at - 1] !== 0x15) bytes[at + 1] = 18;
  }
  return bytes;
}

/** A PNG whose head claims any size. */
async function pngOf(width: number, height: number): Promise<Uint8Array> {
  const png = Uint8Array.from(await greyPicture(1));
  const view = new DataView(png.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return png;
}

describe('a Parquet file', () => {
  it.each([
    ['that is none', () => text('<html>Sign in to go on</html>'), {}, 'data/not-parquet'],
    ['that is empty', () => new Uint8Array(0), {}, 'data/not-parquet'],
    ['of which half came', () => sound.subarray(0, sound.length / 2), {}, 'data/truncated'],
    ['with a compression that nobody knows', withUnknownCompression, {}, 'data/unsupported-compression'],
    ['without the picture column', () => sound, { imageColumn: 'photo' }, 'data/column-missing'],
    ['without the label column', () => sound, { labelColumn: 'mood' }, 'data/column-missing'],
    ['without rows', () => tableOf([], []), {}, 'data/no-rows'],
  ])('%s is refused', async (_what, make, options, code) => {
    const error = await errorOf(() => open('parquet', make(), options));
    expect(error.code).toBe(code);
    expect(error.hint).not.toBe('');
  });

  it('of one class is refused, and the class is named', async () => {
    const picture = await greyPicture(1);
    const error = await errorOf(() => open('parquet', tableOf([picture, picture], ['calm', 'calm'])));
    expect([error.code, error.message.includes('"calm"')]).toEqual(['data/one-class', true]);
  });

  it('with labels that hold markup has them as they are', async () => {
    const labels = ['<img src=x onerror=alert(1)>', '</td><script>alert(1)</script>'];
    const pictures = await Promise.all(Array.from({ length: 20 }, (_, row) => greyPicture(row)));
    const rows = pictures.map((_, row) => labels[row % 2]!);
    const { summary } = await open('parquet', tableOf(pictures, rows));
    expect(summary.labels).toEqual([...labels].sort());
  });

  it('with 500 classes opens, and with more than there can be is refused', async () => {
    const picture = await greyPicture(1);
    const classes = (count: number, each: number): Uint8Array =>
      tableOf(
        Array.from({ length: count * each }, () => picture),
        Array.from({ length: count * each }, (_, row) => `class ${row % count}`),
      );
    const { summary } = await open('parquet', classes(500, 5));
    expect([summary.labels.length, summary.split.test.length]).toEqual([500, 500]);
    expect((await errorOf(() => open('parquet', classes(1001, 1)))).code).toBe('data/too-many-classes');
  });
});

describe('pictures that are none', () => {
  it('are left out and counted: claims of 50,000 x 50,000, SVG and HTML called .jpg', async () => {
    const files: Record<string, Uint8Array> = {
      'a/huge.png': await pngOf(50_000, 50_000),
      'a/drawing.jpg': text('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
      'b/page.jpg': text('<!doctype html><title>Not found</title>'),
    };
    for (let row = 0; row < 20; row += 1)
      files[`${row % 2 === 0 ? 'a' : 'b'}/${row}.png`] = await greyPicture(row);
    const { summary } = await open('zip', zipSync(files));
    expect(summary.cleaning).toMatchObject({ kept: 20, undecodable: 3 });
    const details = summary.findings?.leftOut.map(({ detail }) => detail).join(' ') ?? '';
    expect(details).toMatch(/50,?000/);
    expect(details).toMatch(/SVG/i);
    expect(details).toMatch(/HTML/i);
  });
});

describe('a zip', () => {
  const honest = async () => ({ 'a/1.png': await greyPicture(1), 'b/2.png': await greyPicture(2) });

  it('with paths that lead out, and a bomb, are refused', async () => {
    const leading = zipSync({ ...(await honest()), '../../evil.png': text('x') });
    expect((await errorOf(() => open('zip', leading))).code).toBe('data/zip-unsafe-path');
    const bomb = overlappingZip(zipSync({ 'a/bomb.png': new Uint8Array(3e6) }), 20);
    expect((await errorOf(() => open('zip', bomb))).code).toBe('data/zip-bomb');
  });
});
