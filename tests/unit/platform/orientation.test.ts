/** Pictures are turned as Pillow's `exif_transpose` turns them, from the note of every format. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { preparePicture } from '../../../src/data/pool/prepare.ts';
import { orientationOf } from '../../../src/platform/pictures/exif.ts';
import { turned } from '../../../src/platform/pictures/orientation.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';

/** What Pillow 12 makes of the pixels 0 to 5 in two rows of three, by orientation: width, height and pixels. */
const PILLOW = [
  [3, 2, [0, 1, 2, 3, 4, 5]],
  [3, 2, [2, 1, 0, 5, 4, 3]],
  [3, 2, [5, 4, 3, 2, 1, 0]],
  [3, 2, [3, 4, 5, 0, 1, 2]],
  [2, 3, [0, 3, 1, 4, 2, 5]],
  [2, 3, [3, 0, 4, 1, 5, 2]],
  [2, 3, [5, 2, 4, 1, 3, 0]],
  [2, 3, [2, 5, 1, 4, 0, 3]],
] as const;

describe.each(PILLOW.map((wanted, index) => [index + 1, wanted] as const))(
  'orientation %i',
  (orientation, [width, height, pixels]) => {
    it.each([3, 4] as const)('turns pixels of %i bytes', (channels) => {
      const data = Uint8Array.from({ length: 6 * channels }, (_, at) => Math.floor(at / channels) * 40);
      const picture = turned({ width: 3, height: 2, channels, data }, orientation);
      const values = Array.from({ length: 6 }, (_, at) => picture.data[at * channels]! / 40);
      expect([picture.width, picture.height, values]).toEqual([width, height, pixels]);
    });

    it.each(['jpeg', 'png', 'webp'] as const)('is read of a %s', async (format) => {
      const create = { width: 20, height: 10, channels: 3, background: '#c85a1e' } as const;
      const bytes = await sharp({ create }).withMetadata({ orientation }).toFormat(format).toBuffer();
      expect(orientationOf(Uint8Array.from(bytes))).toBe(orientation);
    });
  },
);

it('a picture is turned before it is resized, where the recipe wants it', async () => {
  const { decodePicture } = createPlatform();
  // Left half black, right half white; to be turned by a quarter, so that black is on top.
  const halves = Uint8Array.from({ length: 40 * 20 }, (_, at) => (at % 40 < 20 ? 0 : 255));
  const png = await sharp(halves, { raw: { width: 40, height: 20, channels: 1 } })
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  const encoded = Uint8Array.from(png);
  const levels = async (orientation: 'exif' | 'stored'): Promise<number[]> => {
    const { picture } = await preparePicture(decodePicture, {
      frame: 'whole',
      encoded,
      size: 8,
      resize: 'area',
      orientation,
    });
    return [[1, 1], [6, 1], [1, 6]].map(([x, y]) => picture[(y! * 8 + x!) * 3]!); // oxfmt-ignore
  };
  expect(await levels('stored')).toEqual([0, 255, 0]);
  expect(await levels('exif')).toEqual([0, 0, 255]);
});
