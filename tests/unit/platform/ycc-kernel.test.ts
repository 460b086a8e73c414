/** Holds making RGB of a JPEG's planes to libjpeg's own arithmetic, written out plainly. */
import { expect, it } from 'vitest';
import { layout420, planesToRgb, takesPlanes } from '../../../src/platform/pictures/ycc-kernel.ts';

/** Planes of all values, with hard edges. */
function planesOf(width: number, height: number): Uint8Array {
  let state = width * 1000 + height;
  return Uint8Array.from({ length: layout420(width, height).byteLength }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const value = state >>> 24;
    return value < 40 ? 0 : value > 215 ? 255 : value;
  });
}

/** libjpeg-turbo's `h2v2_fancy_upsample` and `ycc_rgb_convert`, a value at a time. */
function plainRgb(planes: Uint8Array, width: number, height: number): Uint8Array {
  const [columns, rows] = [(width + 1) >> 1, (height + 1) >> 1];
  const within = (value: number, count: number): number => Math.min(Math.max(value, 0), count - 1);
  const upsample = (plane: number, x: number, y: number): number => {
    const at = layout420(width, height).planes[plane]!.offset;
    const near = (column: number): number => {
      const rowOf = (row: number): number =>
        planes[at + within(row, rows) * columns + within(column, columns)]!;
      return 3 * rowOf(y >> 1) + rowOf((y >> 1) + (y % 2 === 0 ? -1 : 1));
    };
    const side = x % 2 === 0 ? -1 : 1;
    return (3 * near(x >> 1) + near((x >> 1) + side) + (side < 0 ? 8 : 7)) >> 4;
  };
  const rgb = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const light = planes[y * width + x]!;
      const [blue, red] = [upsample(1, x, y) - 128, upsample(2, x, y) - 128];
      const at = (y * width + x) * 3;
      rgb[at] = light + ((91881 * red + 32768) >> 16);
      rgb[at + 1] = light + ((-22554 * blue - 46802 * red + 32768) >> 16);
      rgb[at + 2] = light + ((116130 * blue + 32768) >> 16);
    }
  }
  return new Uint8Array(rgb.buffer);
}

it.each([
  [5, 1],
  [6, 2],
  [16, 16],
  [33, 7],
  [8, 300],
  [641, 37],
  [640, 48],
])('makes RGB of %i x %i as libjpeg does', (width, height) => {
  const planes = planesOf(width, height);
  expect(takesPlanes(width, height)).toBe(true);
  const rgb = new Uint8Array(width * height * 3);
  planesToRgb(planes, width, height, rgb);
  expect(rgb).toEqual(plainRgb(planes, width, height));
});

it('leaves pictures to others that libjpeg treats otherwise, or that are too large', () => {
  expect(takesPlanes(4, 100)).toBe(false);
  expect(takesPlanes(4000, 3000)).toBe(false);
});
