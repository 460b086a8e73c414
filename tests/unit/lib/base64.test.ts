/** Base64 as everybody else writes it, whatever is left over at the end. */
import { expect, it } from 'vitest';
import { base64, base64Bytes } from '../../../src/lib/bytes/base64.ts';

const BYTES = Uint8Array.from({ length: 1000 }, (_, index) => (index * 89 + 7) & 255);

it.each([0, 1, 2, 3, 4, 1000])('writes %d bytes', (count) => {
  const bytes = BYTES.subarray(0, count);
  expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  expect(Buffer.from(base64Bytes(bytes)).toString()).toBe(base64(bytes));
});
