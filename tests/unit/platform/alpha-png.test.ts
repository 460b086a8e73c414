/** PNGs with alpha, decoded by hand: the colours that were stored, whatever their alpha, order of rows and filter. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeAlphaPng } from '../../../src/platform/pictures/alpha-png.ts';

/** Values that change from pixel to pixel, smoothly in one part and not in the other: all filters are worth using. */
const valuesOf = (count: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) =>
    i % 3 === 0 ? (i * seed) >> 3 : (Math.imul(i + seed, 2654435761) >>> 20) & 255,
  );

interface Kind {
  readonly width: number;
  readonly height: number;
  readonly channels: 2 | 4;
  readonly isInterlaced?: boolean;
}

async function pngOf({ width, height, channels, isInterlaced = false }: Kind) {
  const values = valuesOf(width * height * channels, width);
  const picture = sharp(values, { raw: { width, height, channels } });
  const coloured = channels === 2 ? picture.toColourspace('b-w') : picture;
  const png = await coloured.png({ progressive: isInterlaced, adaptiveFiltering: true }).toBuffer();
  return { values, png: Uint8Array.from(png) };
}

/** The colours of pixels that are stored with their alpha. */
const coloursOf = (values: Uint8Array, channels: number): number[] =>
  Array.from({ length: (values.length / channels) * 3 }, (_, i) => {
    const at = Math.floor(i / 3) * channels;
    return values[channels === 2 ? at : at + (i % 3)] ?? NaN;
  });

describe('a PNG with alpha', () => {
  it.each<Kind>([
    { width: 1, height: 1, channels: 4 },
    { width: 40, height: 1, channels: 4 },
    { width: 3, height: 50, channels: 2 },
    { width: 64, height: 64, channels: 4 },
    { width: 1, height: 1, channels: 4, isInterlaced: true },
    { width: 3, height: 2, channels: 4, isInterlaced: true },
    { width: 61, height: 43, channels: 4, isInterlaced: true },
    { width: 61, height: 43, channels: 2, isInterlaced: true },
  ])('has the colours that were stored: %o', async (kind) => {
    const { values, png } = await pngOf(kind);
    const picture = await decodeAlphaPng(png);
    expect(picture).toMatchObject({ width: kind.width, height: kind.height, channels: 3 });
    expect(Array.from(picture?.data ?? [])).toEqual(coloursOf(values, kind.channels));
  });

  it('of 16 bits has their upper halves', async () => {
    const values = Uint16Array.from({ length: 8 * 8 * 4 }, (_, i) => i * 251);
    const picture = sharp(values, { raw: { width: 8, height: 8, channels: 4 } }).toColourspace('rgb16');
    const decoded = await decodeAlphaPng(Uint8Array.from(await picture.png().toBuffer()));
    const upper = Uint8Array.from(values, (value) => value >> 8);
    expect(Array.from(decoded?.data ?? [])).toEqual(coloursOf(upper, 4));
  });

  it('that ends too early, or is damaged, is refused', async () => {
    const { png } = await pngOf({ width: 64, height: 64, channels: 4 });
    await expect(decodeAlphaPng(png.slice(0, png.length * 0.6))).rejects.toMatchObject({
      code: 'data/picture-undecodable',
    });
    const damaged = png.slice();
    damaged.fill(255, 60, 200);
    await expect(decodeAlphaPng(damaged)).rejects.toMatchObject({ code: 'data/picture-undecodable' });
  });

  it('is not every PNG', async () => {
    const create = { width: 4, height: 4, channels: 3, background: 'red' } as const;
    expect(await decodeAlphaPng(Uint8Array.from(await sharp({ create }).png().toBuffer()))).toBeNull();
  });
});
