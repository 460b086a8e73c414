/** Holds resizing to Pillow's own bytes (tests/parity/data/make_resize_goldens.py). */
import { describe, expect, it } from 'vitest';
import { resizePicture } from '../../../src/data/resize.ts';
import type { RgbPicture } from '../../../src/platform/platform.ts';
import type { ResizeMethod } from '../../../src/protocol/recipe.ts';
import golden from '../../parity/data/goldens/resizes.json';

/** The picture that the golden script makes. */
function picture(width: number, height: number, seed: number): RgbPicture {
  const data = new Uint8Array(width * height * 3);
  let state = seed;
  for (let i = 0; i < data.length; i += 1) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    const edge = ((Math.floor(x / 7) + Math.floor(y / 5)) % 2) * 255;
    const slope = (x * 3 + y * 2 + (i % 3) * 50) % 256;
    const kind = (Math.floor(x / 40) + Math.floor(y / 40)) % 3;
    data[i] = kind === 0 ? state >>> 24 : kind === 1 ? edge : slope;
  }
  return { width, height, data };
}

function digest(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = (value * 31 + byte + 1) % 2147483647;
  return value;
}

describe('resizePicture', () => {
  it.each(golden.cases)(
    'gives the bytes of Pillow: $width x $height to $size, $method',
    ({ width, height, seed, method, size, first, digest: expected }) => {
      const resized = resizePicture(picture(width, height, seed), size, method as ResizeMethod);
      expect(Array.from(resized.subarray(0, 6))).toEqual(first);
      expect(digest(resized)).toBe(expected);
    },
  );
});
