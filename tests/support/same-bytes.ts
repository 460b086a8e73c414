/**
 * Makes `toEqual` quick on numbers by the hundred thousand: arrays of one kind with the same bytes are equal. Vitest compares
 * value by value, a second for a picture; it still does where bytes differ, and says where.
 */
import { expect } from 'vitest';

expect.addEqualityTesters([
  (a: unknown, b: unknown) => {
    const isPair = ArrayBuffer.isView(a) && ArrayBuffer.isView(b) && a.constructor === b.constructor;
    return isPair && bytesOf(a).equals(bytesOf(b)) ? true : undefined;
  },
]);

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
