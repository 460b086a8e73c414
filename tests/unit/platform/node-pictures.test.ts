/**
 * Holds decoding in Node to Pillow's `open(...).convert('RGB')` (tests/parity/data/make_picture_fixtures.py), and to
 * its refusals.
 */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import fixtures from '../../parity/data/fixtures/pictures.json';
import { errorOf } from '../data/studio-error.ts';

const platform = createPlatform();
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** How AVIF's halved colours are brought to full size again is each decoder's own choice. */
const OWN_WAY = ['avif', 'avif rgba'];

/** The first bytes of a PNG that says it has these sides. */
function pngHeader(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  bytes.set([8, 2], 24);
  return bytes;
}

describe('decodePicture', () => {
  it.each(Object.entries(fixtures.pictures))('gives the pixels of Pillow: %s', async (name, fixture) => {
    const { data, width, height } = await platform.decodePicture(bytesOf(fixture.data));
    expect([width, height]).toEqual([fixture.width, fixture.height]);
    const wanted = bytesOf(fixture.rgb);
    expect(data.length).toBe(wanted.length);
    if (!OWN_WAY.includes(name)) expect(Array.from(data)).toEqual(Array.from(wanted));
  });

  it('takes the upper half of 16 bits', async () => {
    const levels = Uint16Array.from({ length: 64 }, (_, index) => index * 1000);
    const raw = { width: 8, height: 8, channels: 1 } as const;
    const png = await sharp(levels, { raw }).toColourspace('grey16').png().toBuffer();
    const { data } = await platform.decodePicture(png);
    for (const [index, level] of levels.entries()) expect(data[index * 3]).toBe(level >> 8);
  });

  it.each([
    [
      'an SVG',
      textBytes('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>'),
      'an SVG drawing',
    ],
    ['a web page', textBytes('\n<!DOCTYPE html><html lang="en"></html>'), 'an HTML page'],
    ['text', textBytes('Git LFS pointer version 1'), 'begins "Git LFS'],
    ['nothing', new Uint8Array(0), 'empty'],
    ['noise', Uint8Array.from({ length: 300 }, (_, index) => (index * 97) % 256), '300 bytes'],
    ['a PNG that ends after its header', pngHeader(8, 8), '64 bytes'],
    ['a picture without sides', pngHeader(0, 8), '64 bytes'],
  ])('refuses %s', async (_what, bytes, words) => {
    const error = await errorOf(() => platform.decodePicture(bytes));
    expect(error.code).toBe('data/picture-undecodable');
    expect(error.message).toContain(words);
  });

  it.each(['jpeg 4:2:0', 'png rgb', 'webp', 'gif'] as const)(
    'refuses half of a picture: %s',
    async (name) => {
      const whole = bytesOf(fixtures.pictures[name].data);
      const error = await errorOf(() => platform.decodePicture(whole.slice(0, whole.length * 0.6)));
      expect(error.code).toBe('data/picture-undecodable');
    },
  );

  it('refuses a picture that would fill the memory, by its header alone', async () => {
    const error = await errorOf(() => platform.decodePicture(pngHeader(50_000, 50_000)));
    expect(error.code).toBe('data/picture-too-large');
    expect(error.message).toContain('50000 x 50000');
  });
});

describe('files', () => {
  it('opens what ships and what a recipe names, slice by slice', async () => {
    const asset = await platform.openAsset('sample/faces.parquet');
    expect(new TextDecoder().decode(await asset.slice(0, 4))).toBe('PAR1');
    expect((await asset.slice(asset.byteLength - 10, asset.byteLength + 90)).byteLength).toBe(10);
    const here = createPlatform({ baseFolder: new URL('.', import.meta.url).pathname });
    expect((await here.openPath('node-pictures.test.ts')).byteLength).toBeGreaterThan(100);
  });

  it('says which file is missing', async () => {
    const asset = await errorOf(() => platform.openAsset('sample/none.parquet'));
    expect([asset.code, asset.message]).toEqual([
      'net/asset-missing',
      expect.stringContaining('none.parquet'),
    ]);
    expect((await errorOf(() => platform.openPath('none.parquet'))).code).toBe('data/file-missing');
  });
});
