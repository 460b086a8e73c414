/**
 * The innermost loops of depthwise convolutions: some positions along a line, four channels at a time, one function for each
 * number of taps along the line and stride that networks have. Each is the same loop written out: a column is loaded once and
 * goes into every sum that it has a part in. Seven sums, at most five weights, the column and a product are 14 registers of 15.
 *
 * Those of three and five taps take a list of listSides, those of this file one of listTile, with seven addresses `outs`.
 * `tapBytes` lie between taps of an entry, `outBytes` between positions, `bounds` are those of columns.as.ts, and rows have four
 * channels at least. Channels behind the last four are taken with those before them, once more.
 *
 * An older V8 (Node 20) loads all columns first and computes when sums are needed, with more than registers hold. So after three
 * columns each there is an end of the loop that never comes, an address of zero, for which it has to have the sums.
 */
import { columnAt, ENTRY_BYTES } from './lines.as';
import { between, multiplyAdd } from '../geometry.as';

/** Four channels of one of the seven outputs. */
function put(outs: usize, position: usize, c: usize, sum: v128, low: v128, high: v128): void {
  v128.store(c + <usize>load<u32>(outs + (position << 2)), between(sum, low, high));
}

/** One tap, whatever the stride: an entry has the seven positions' own columns. */
export function tileOf1(
  list: usize,
  end: usize,
  filter: usize,
  bias: usize,
  outs: usize,
  rowBytes: usize,
  bounds: usize,
): void {
  for (let c: usize = 0; c < rowBytes; c += 16) {
    c = min(c, rowBytes - 16);
    let s0 = v128.load(bias + c),
      s1 = s0,
      s2 = s0,
      s3 = s0,
      s4 = s0,
      s5 = s0,
      s6 = s0;
    for (let entry = list; entry < end; entry += ENTRY_BYTES) {
      let tap = filter + c + <usize>load<u32>(entry);
      const p = v128.load(tap);
      s0 = multiplyAdd(columnAt(entry + 4, 0, c), p, s0);
      s1 = multiplyAdd(columnAt(entry + 4, 1, c), p, s1);
      s2 = multiplyAdd(columnAt(entry + 4, 2, c), p, s2);
      s3 = multiplyAdd(columnAt(entry + 4, 3, c), p, s3);
      s4 = multiplyAdd(columnAt(entry + 4, 4, c), p, s4);
      s5 = multiplyAdd(columnAt(entry + 4, 5, c), p, s5);
      s6 = multiplyAdd(columnAt(entry + 4, 6, c), p, s6);
    }
    const low = v128.load32_splat(bounds);
    const high = v128.load32_splat(bounds, 4);
    put(outs, 0, c, s0, low, high);
    put(outs, 1, c, s1, low, high);
    put(outs, 2, c, s2, low, high);
    put(outs, 3, c, s3, low, high);
    put(outs, 4, c, s4, low, high);
    put(outs, 5, c, s5, low, high);
    put(outs, 6, c, s6, low, high);
  }
}

/** Two taps. */
export function tileOf2(
  list: usize,
  end: usize,
  filter: usize,
  tapBytes: usize,
  bias: usize,
  outs: usize,
  rowBytes: usize,
  bounds: usize,
): void {
  for (let c: usize = 0; c < rowBytes; c += 16) {
    c = min(c, rowBytes - 16);
    let s0 = v128.load(bias + c),
      s1 = s0,
      s2 = s0,
      s3 = s0,
      s4 = s0,
      s5 = s0,
      s6 = s0;
    for (let entry = list; entry < end; entry += ENTRY_BYTES) {
      let tap = filter + c + <usize>load<u32>(entry);
      const p = v128.load(tap);
      tap += tapBytes;
      const q = v128.load(tap);
      let x = columnAt(entry + 4, 0, c);
      s0 = multiplyAdd(x, p, s0);
      x = columnAt(entry + 4, 1, c);
      s0 = multiplyAdd(x, q, s0);
      s1 = multiplyAdd(x, p, s1);
      x = columnAt(entry + 4, 2, c);
      s1 = multiplyAdd(x, q, s1);
      s2 = multiplyAdd(x, p, s2);
      x = columnAt(entry + 4, 3, c);
      s2 = multiplyAdd(x, q, s2);
      s3 = multiplyAdd(x, p, s3);
      x = columnAt(entry + 4, 4, c);
      s3 = multiplyAdd(x, q, s3);
      s4 = multiplyAdd(x, p, s4);
      x = columnAt(entry + 4, 5, c);
      s4 = multiplyAdd(x, q, s4);
      s5 = multiplyAdd(x, p, s5);
      x = columnAt(entry + 4, 6, c);
      s5 = multiplyAdd(x, q, s5);
      s6 = multiplyAdd(x, p, s6);
      x = columnAt(entry + 4, 7, c);
      s6 = multiplyAdd(x, q, s6);
    }
    const low = v128.load32_splat(bounds);
    const high = v128.load32_splat(bounds, 4);
    put(outs, 0, c, s0, low, high);
    put(outs, 1, c, s1, low, high);
    put(outs, 2, c, s2, low, high);
    put(outs, 3, c, s3, low, high);
    put(outs, 4, c, s4, low, high);
    put(outs, 5, c, s5, low, high);
    put(outs, 6, c, s6, low, high);
  }
}
