/**
 * Owns the pictures that a proof is held on: drawn faces from the sample set that ships with Mien, and seeded noise.
 * None is of the user's set, for no picture leaves unasked.
 */
import { zlibSync } from 'fflate';
import { resizePicture } from '../../data/resize/resize.ts';
import { sample } from '../../data/sources/sample.ts';
import { keyedRandom } from '../../lib/random.ts';
import type { Platform } from '../../platform/platform.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';

/** One picture at the network's own size. */
export interface ProofPicture {
  readonly name: string;
  /** `[size, size, 3]`, 0 to 255. */
  readonly rgb: Uint8Array;
}

const NOISE_SEED = 13;

/** Coarse noise has as many patches a side. */
const PATCHES = 8;

/** Half of them faces and half noise, one after the other; all noise where the sample set cannot be had. */
export async function proofPictures(
  platform: Pick<Platform, 'openAsset' | 'decodePicture'>,
  { size, resize }: Recipe['image'],
  count: number,
): Promise<ProofPicture[]> {
  const encoded = await faces(platform, Math.ceil(count / 2));
  return Promise.all(
    Array.from({ length: count }, async (_, index): Promise<ProofPicture> => {
      const face = index % 2 === 0 ? encoded[index / 2] : undefined;
      const number = index.toString().padStart(2, '0');
      if (face === undefined) return { name: `${number}-noise.png`, rgb: noise(index, size) };
      const picture = await platform.decodePicture(face);
      const rgb = Uint8Array.from(resizePicture(picture, size, resize));
      picture.release?.();
      return { name: `${number}-face.png`, rgb };
    }),
  );
}

/** The first of the sample set, encoded; none where it is not within reach. */
async function faces(
  platform: Pick<Platform, 'openAsset' | 'decodePicture'>,
  count: number,
): Promise<readonly Uint8Array[]> {
  try {
    const opened = await sample.open({ pictures: count }, { platform: platform as Platform });
    const found: Uint8Array[] = [];
    for await (const rows of opened.readRows()) {
      for (const { picture } of rows) if (picture !== null) found.push(picture);
    }
    return found;
  } catch (error) {
    if (error instanceof StudioError && error.code.startsWith('net/')) return [];
    throw error;
  }
}

/** Every other one in patches: single pixels leave little of themselves behind a few convolutions. */
function noise(index: number, size: number): Uint8Array {
  const side = index % 4 === 3 ? PATCHES : size;
  const random = keyedRandom(NOISE_SEED, 'proof', index);
  const data = Uint8Array.from({ length: side * side * 3 }, () => random.nextUint32() & 0xff);
  if (side === size) return data;
  return resizePicture({ width: side, height: side, channels: 3, data }, size, 'bilinear');
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * A picture as PNG: 8 bits a channel, rows without a filter, so that a checker of ten lines can read it.
 *
 * @see https://www.w3.org/TR/png-3/
 */
export function encodePng(rgb: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const rowBytes = size * 3;
  const rows = new Uint8Array((rowBytes + 1) * size);
  for (let y = 0; y < size; y += 1)
    rows.set(rgb.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, size);
  view.setUint32(4, size);
  // Eight bits, RGB.
  header.set([8, 2], 8);
  const parts = [pngChunk('IHDR', header), pngChunk('IDAT', zlibSync(rows)), pngChunk('IEND')];
  const png = new Uint8Array(PNG_SIGNATURE.length + parts.reduce((sum, { length }) => sum + length, 0));
  png.set(PNG_SIGNATURE);
  let at = PNG_SIGNATURE.length;
  for (const part of parts) {
    png.set(part, at);
    at += part.length;
  }
  return png;
}

function pngChunk(type: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
