/** A recipe's address as a QR code, read back by a reader of such codes. */
import jsQR from 'jsqr';
import { expect, it } from 'vitest';
import { codeOf } from '../../../src/ui/training/RecipeCode.tsx';

const SCALE = 4;

/** The code's text, from its drawing. */
function read({ size, path }: { readonly size: number; readonly path: string }): string | undefined {
  const side = size * SCALE;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let at = 0; at < SCALE * SCALE; at += 1) {
      const column = Number(x) * SCALE + (at % SCALE);
      const row = Number(y) * SCALE + Math.floor(at / SCALE);
      pixels.fill(0, 4 * (row * side + column), 4 * (row * side + column) + 3);
    }
  }
  return jsQR(pixels, side, side)?.data;
}

it.each([40, 700])('is read as the address that it was made of, of %i signs', (length) => {
  const address = `https://example.org/mien/#quick-look&dataset.repo=a%2Fb&name=${'x'.repeat(length)}`;
  const code = codeOf(address);
  expect(code === null ? null : read(code)).toBe(address);
});

it('is none where the address is longer than a code holds', () => {
  expect(codeOf('x'.repeat(2953))).not.toBeNull();
  expect(codeOf('x'.repeat(2954))).toBeNull();
});
