/**
 * Owns the run-length and bit-packed hybrid in which Parquet keeps levels and dictionary indices.
 *
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
 */
import type { ByteCursor } from '../byte-cursor.ts';
import { damaged } from '../parquet-errors.ts';

/**
 * Reads `count` numbers of `width` bits each.
 *
 * @throws StudioError `data/damaged`
 */
export function readRuns(cursor: ByteCursor, width: number, count: number): Uint32Array {
  if (width > 32) throw damaged('a page holds numbers of more than 32 bits');
  const values = new Uint32Array(count);
  if (width === 0) return values;
  let done = 0;
  while (done < count) {
    const head = cursor.varint();
    const length = Math.floor(head / 2);
    if (length === 0) throw damaged('a page holds an empty run');
    if (head % 2 === 1) {
      const fits = Math.min(length * 8, count - done);
      // The last group may be cut short where its values are.
      const packed = cursor.take(Math.min(length * width, cursor.left));
      unpackBits(packed, width, values.subarray(done, done + fits));
      done += fits;
    } else {
      const fits = Math.min(length, count - done);
      let value = 0;
      for (let i = 0; i < Math.ceil(width / 8); i += 1) value += cursor.uint8() * 2 ** (8 * i);
      values.fill(value, done, done + fits);
      done += fits;
    }
  }
  return values;
}

/**
 * Unpacks numbers of `width` bits, least significant bit first, into all of `values`.
 *
 * @throws StudioError `data/damaged` when there are too few bytes
 */
export function unpackBits(packed: Uint8Array, width: number, values: Uint32Array | Float64Array): void {
  if (values.length * width > packed.length * 8) throw damaged('a page ends too early');
  let bit = 0;
  for (let i = 0; i < values.length; i += 1) {
    let value = 0;
    for (let got = 0; got < width;) {
      const offset = bit % 8;
      const now = Math.min(8 - offset, width - got);
      value += ((packed[Math.floor(bit / 8)]! >> offset) & ((1 << now) - 1)) * 2 ** got;
      got += now;
      bit += now;
    }
    values[i] = value;
  }
}

/** Bits that hold the numbers from 0 to `most`. */
export function bitWidth(most: number): number {
  return 32 - Math.clz32(most);
}
