/** Whether a picture's file has frames behind its first, by its blocks. */
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { isAnimated } from '../../../src/platform/pictures/picture-header.ts';

const raw = (frames: number) =>
  sharp(Buffer.alloc(8 * 8 * frames * 3, 90).fill(200, 8 * 8 * 3), {
    raw: { width: 8, height: 8 * frames, channels: 3, pageHeight: 8 },
  });

it.each([1, 3])('a GIF and a WebP of %i frames', async (frames) => {
  expect(isAnimated(await raw(frames).gif().toBuffer())).toBe(frames > 1);
  expect(isAnimated(await raw(frames).webp().toBuffer())).toBe(frames > 1);
});

it('a PNG, and one that moves', async () => {
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  expect(isAnimated(png)).toBe(false);
  // Behind the header's chunk, which has 25 bytes: 8 frames, for ever. Nobody reads its checksum here.
  const control = Buffer.from([0, 0, 0, 8, 0x61, 0x63, 0x54, 0x4c, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(isAnimated(Buffer.concat([png.subarray(0, 33), control, png.subarray(33)]))).toBe(true);
});

it('no JPEG', async () => {
  const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer();
  expect(isAnimated(jpeg)).toBe(false);
});
