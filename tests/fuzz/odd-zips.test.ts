/** Zips as people have them: names in code pages, a dot before, colons, drawings that pack well, passwords, more files than are counted. */
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { readZipDirectory } from '../../src/data/archives/zip-directory.ts';
import { openDataset } from '../../src/data/open-dataset.ts';
import { recognise } from '../../src/engine/recognise.ts';
import { bytesSource } from '../../src/platform/remote/byte-source.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { encodeBmp } from '../../src/platform/pictures/formats/encode-bmp.ts';
import type { DatasetSummary } from '../../src/protocol/set/dataset.ts';
import type { OptionValue } from '../../src/protocol/recipe/recipe.ts';
import { overlappingZip, renamedZip } from '../support/sets/odd-zips.ts';
import { errorOf } from '../unit/data/studio-error.ts';
import { greyPicture, recipeOf } from '../unit/data/test-recipe.ts';

const platform = createPlatform();
let pictures: Uint8Array[] = [];

beforeAll(async () => {
  pictures = await Promise.all(Array.from({ length: 24 }, (_, index) => greyPicture(index * 10)));
});

function zipOf(...folders: readonly string[]): Uint8Array<ArrayBuffer> {
  const files = folders.flatMap((folder, at) =>
    Array.from(
      { length: 6 },
      (_, index) => [`${folder}/${index.toString()}.png`, pictures[at * 6 + index]!] as const,
    ),
  );
  return Uint8Array.from(zipSync(Object.fromEntries(files), { level: 0 }));
}

async function open(
  zip: Uint8Array<ArrayBuffer>,
  options: Record<string, OptionValue> = {},
): Promise<DatasetSummary> {
  const recipe = recipeOf({ source: 'zip', ...options });
  return (await openDataset(recipe, platform, { file: new Blob([zip]), onProgress: () => undefined }))
    .summary;
}

describe('names', () => {
  it.each([
    ['German, of DOS', { Kur: [0x4b, 0x81, 0x72], Kor: [0x4b, 0x94, 0x72] }, ['Kör', 'Kür']],
    [
      'French, of DOS',
      { peche: [0x70, 0x88, 0x63, 0x68, 0x65], pasee: [0x70, 0x8a, 0x63, 0x68, 0x65] },
      ['pèche', 'pêche'],
    ],
    ['German, of Windows', { Kur: [0x4b, 0xfc, 0x72], Kor: [0x4b, 0xf6, 0x72] }, ['Kör', 'Kür']],
    [
      'Spanish capitals, of DOS in Europe',
      { Jur: [0x4a, 0xb5, 0x72], Jor: [0x4a, 0xd6, 0x72] },
      ['JÁr', 'JÍr'],
    ],
    ['Chinese', { aaaa: [0xc6, 0xbb, 0xb9, 0xfb], bbbb: [0xb3, 0xc8, 0xd7, 0xd3] }, ['橙子', '苹果']],
    ['Japanese', { aa: [0x90, 0xd4], bb: [0x97, 0xce] }, ['緑', '赤']],
    ['Russian', { aaa: [0xaa, 0xae, 0xe2], bbb: [0xaf, 0xa5, 0xe1] }, ['кот', 'пес']],
    [
      'UTF-8 without its mark',
      { aaa: [...new TextEncoder().encode('猫')], bbb: [...new TextEncoder().encode('犬')] },
      ['犬', '猫'],
    ],
  ] as const)('are read as what they are: %s', async (what, names, labels) => {
    const set = await open(renamedZip(zipOf(...Object.keys(names)), names));
    expect(set.labels).toEqual(labels);
    const isTold = set.cleaning.remarks.some(
      ({ message }) => message.includes(labels[0]) && message.includes('does not say'),
    );
    expect(isTold).toBe(!what.startsWith('UTF-8'));
  });

  it('are read as they are said to be', async () => {
    const zip = renamedZip(zipOf('aa', 'bb'), { aa: [0x90, 0xd4], bb: [0x97, 0xce] });
    expect((await open(zip, { namePage: 'cp437' })).labels).toEqual(['É╘', 'ù╬']);
  });

  it('may begin with a dot and a slash, and have colons', async () => {
    expect((await open(zipOf('./cat', './dog'))).labels).toEqual(['cat', 'dog']);
    expect((await open(zipOf('A: cats', 'B: dogs'))).labels).toEqual(['A: cats', 'B: dogs']);
  });
});

it('drawings that pack well are no bomb', async () => {
  const drawing = (grey: number): Uint8Array => encodeBmp(new Uint8Array(320 * 240 * 3).fill(grey), 320, 240);
  const files = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [
      `${index % 2 ? 'one' : 'zero'}/${index.toString()}.bmp`,
      drawing(index),
    ]),
  );
  const zip = zipSync(files, { level: 9 });
  expect(zip.length * 100).toBeLessThan(10 * 320 * 240 * 3);
  expect((await open(Uint8Array.from(zip))).cleaning.kept).toBe(10);
});

it('a zip with a password says what to do, opened as a set or dropped', async () => {
  const zip = zipOf('cat', 'dog');
  const view = new DataView(zip.buffer);
  for (let at = 0; at + 46 < zip.length; at += 1)
    if (view.getUint32(at, true) === 0x02014b50) view.setUint16(at + 8, 1, true);
  for (const taken of [() => open(zip), () => recognise([new File([zip], 'locked.zip')])]) {
    const error = await errorOf(taken);
    expect([error.code, error.hint]).toEqual([
      'data/zip-locked',
      expect.stringContaining('Unpack it yourself'),
    ]);
  }
});

it('a list of more files than its end can count is read whole', async () => {
  const zip = overlappingZip(zipSync({ 'a/0.png': pictures[0]! }, { level: 0 }), 70_000);
  expect((await readZipDirectory(bytesSource(zip.buffer), null)).entries).toHaveLength(70_000);
  // A list that is cut is damage all the same.
  const cut = overlappingZip(zipSync({ 'a/0.png': pictures[0]! }, { level: 0 }), 100);
  new DataView(cut.buffer, cut.length - 22).setUint16(10, 90, true);
  expect((await errorOf(() => readZipDirectory(bytesSource(cut.buffer), null))).code).toBe('data/damaged');
});
