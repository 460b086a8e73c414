/** Every note that would turn a picture is taken out, however many there are, and nothing else. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { withoutExif } from '../../../src/platform/pictures/exif.ts';

const FORMATS = ['jpeg', 'png', 'webp'] as const;
type Turned = (typeof FORMATS)[number];

/** 20 x 10 pixels, with a note that it is to be shown turned by a quarter. */
async function turned(format: Turned): Promise<Uint8Array<ArrayBuffer>> {
  const create = { width: 20, height: 10, channels: 3, background: { r: 200, g: 90, b: 30 } } as const;
  const picture = sharp({ create }).withExif({ IFD0: {} }).withMetadata({ orientation: 6 });
  return Uint8Array.from(await picture.toFormat(format, { lossless: true }).toBuffer());
}

const find = (bytes: Uint8Array, text: string, from = 0): number =>
  Buffer.from(bytes).indexOf(text, from, 'latin1');

/** What a format calls the note. */
const NAMES: Readonly<Record<Turned, string>> = { jpeg: 'Exif\0\0', png: 'eXIf', webp: 'EXIF' };

/** Where a file's note begins and ends. */
function noteIn(bytes: Uint8Array, format: Turned): readonly [number, number] {
  const view = new DataView(bytes.buffer);
  if (format === 'jpeg') {
    const at = find(bytes, NAMES.jpeg) - 4;
    return [at, at + 2 + view.getUint16(at + 2)];
  }
  if (format === 'png') {
    const at = find(bytes, NAMES.png) - 4;
    return [at, at + 12 + view.getUint32(at)];
  }
  const at = find(bytes, NAMES.webp);
  const size = view.getUint32(at + 4, true);
  return [at, at + 8 + size + (size % 2)];
}

/** The same with its note a second time, after a part that is none. */
function withTwo(bytes: Uint8Array<ArrayBuffer>, format: Turned): Uint8Array<ArrayBuffer> {
  const [start, end] = noteIn(bytes, format);
  const note = bytes.slice(start, end);
  const between: Readonly<Record<Turned, readonly number[]>> = {
    // A comment, fill bytes, and another APP1.
    jpeg: [0xff, 0xfe, 0, 4, 1, 2, 0xff, 0xff, 0xe1, 0, 6, 0x68, 0x74, 0x74, 0x70],
    png: [],
    webp: [0x41, 0x42, 0x43, 0x44, 1, 0, 0, 0, 9, 0],
  };
  const more = [...between[format], ...note];
  const all = Uint8Array.from([...bytes.slice(0, end), ...more, ...bytes.slice(end)]);
  if (format === 'webp') new DataView(all.buffer).setUint32(4, all.length - 8, true);
  return all;
}

const orientationOf = async (bytes: Uint8Array): Promise<number | undefined> =>
  (await sharp(bytes).metadata()).orientation;

describe.each(FORMATS)('a %s', (format) => {
  it('loses its note, and its pixels stay', async () => {
    const bytes = await turned(format);
    expect(await orientationOf(bytes)).toBe(6);
    const bare = withoutExif(bytes, format);
    expect(await orientationOf(bare)).toBeUndefined();
    expect(await sharp(bare).raw().toBuffer()).toEqual(await sharp(bytes).raw().toBuffer());
  });

  it('loses the second note too, and nothing beside', async () => {
    const bytes = withTwo(await turned(format), format);
    expect(await orientationOf(bytes)).toBe(6);
    const bare = withoutExif(bytes, format);
    expect(find(bare, NAMES[format])).toBe(-1);
    expect(await orientationOf(bare)).toBeUndefined();
    if (format === 'jpeg') expect(find(bare, 'http')).toBeGreaterThan(0);
    if (format === 'webp') expect(find(bare, 'ABCD')).toBeGreaterThan(0);
    expect(await sharp(bare).raw().toBuffer()).toEqual(await sharp(bytes).raw().toBuffer());
  });
});

it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)(
  'a %s without a note is handed on as it is',
  async (format) => {
    const create = { width: 20, height: 10, channels: 3, background: { r: 200, g: 90, b: 30 } } as const;
    const bytes = Uint8Array.from(await sharp({ create }).toFormat(format).toBuffer());
    expect(withoutExif(bytes, format)).toBe(bytes);
  },
);

it('a note that goes on beyond the end is damage, and is left to the decoder', async () => {
  const bytes = await turned('jpeg');
  const torn = bytes.slice(0, find(bytes, 'Exif') + 8);
  expect(withoutExif(torn, 'jpeg')).toBe(torn);
});
