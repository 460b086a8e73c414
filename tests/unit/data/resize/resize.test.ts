/** Holds resizing to Pillow's own bytes (tests/parity/data/make_resize_goldens.py). */
import { describe, expect, it } from 'vitest';
import { resizeByKernel } from '../../../../src/data/resize/resize-kernel.ts';
import { resizeAcross, resizeDown } from '../../../../src/data/resize/resize-scalar.ts';
import { weightsOf } from '../../../../src/data/resize/resize-weights.ts';
import { resizePicture } from '../../../../src/data/resize/resize.ts';
import type { RgbPicture } from '../../../../src/platform/platform.ts';
import type { ResizeMethod } from '../../../../src/protocol/recipe/recipe.ts';
import golden from '../../../parity/data/goldens/resizes.json';

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
  return { width, height, channels: 3, data };
}

/** The picture as browsers decode it: with a fourth byte a pixel, which means nothing. */
function withFourth({ width, height, data }: RgbPicture): RgbPicture {
  const four = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
    i % 4 === 3 ? i % 251 : data[Math.floor(i / 4) * 3 + (i % 4)]!,
  );
  return { width, height, channels: 4, data: four };
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

  it('hands a picture of the right size on as it is', () => {
    const source = picture(50, 50, 1);
    expect(resizePicture(source, 50, 'lanczos')).toEqual(source.data);
    expect(resizePicture(withFourth(source), 50, 'lanczos')).toEqual(source.data);
  });
});

describe('both ways to resize', () => {
  const shapes = [
    [1, 1, 1, 3],
    [3, 2, 7, 5],
    [17, 300, 16, 300],
    [301, 200, 301, 33],
    [480, 360, 64, 64],
  ] as const;

  it.each(shapes)('agree from %i x %i to %i x %i', (width, height, across, down) => {
    const source = picture(width, height, width);
    for (const method of ['lanczos', 'bilinear', 'area'] as const) {
      const weights = [weightsOf(method, width, across), weightsOf(method, height, down)] as const;
      const plain = resizeDown(resizeAcross(source.data, height, width, weights[0]), across, weights[1]);
      expect(resizeByKernel(source, ...weights)).toEqual(plain);
      expect(resizeByKernel(withFourth(source), ...weights)).toEqual(plain);
    }
  });

  it('leave what is too large for the kernel to plain JavaScript', () => {
    const [width, height] = [20_000, 1500];
    const weights = [weightsOf('area', width, 15_000), null] as const;
    const data = new Uint8Array(width * height * 3);
    expect(resizeByKernel({ width, height, channels: 3, data }, ...weights)).toBeNull();
  });
});
