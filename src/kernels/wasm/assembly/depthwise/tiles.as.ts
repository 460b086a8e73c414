/**
 * The innermost loops of depthwise convolutions: seven positions along a line, four channels at a time, one function for each
 * number of taps along the line and stride that networks have. Each is the same loop written out: a column is loaded once and
 * goes into every sum that it has a part in. Seven sums, at most five weights and the column are 13 registers of 15.
 *
 * All take a list of lines.as.ts; `tapBytes` lie between taps of an entry, `outs` are seven addresses, and rows have
 * four channels at least. Channels behind the last four are taken with those before them, once more.
 */
import { columnAt, ENTRY_BYTES } from './lines.as';
import { between, multiplyAdd } from '../geometry.as';

/** Four channels of one of the seven outputs. */
export function put(outs: usize, position: usize, c: usize, sum: v128, low: f32, high: f32): void {
  v128.store(c + <usize>load<u32>(outs + (position << 2)), between(sum, f32x4.splat(low), f32x4.splat(high)));
}

/** One tap, whatever the stride: an entry has the seven positions' own columns. */
export function tileOf1(
  list: usize,
  end: usize,
  filter: usize,
  bias: usize,
  outs: usize,
  rowBytes: usize,
  low: f32,
  high: f32,
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
  low: f32,
  high: f32,
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
    put(outs, 0, c, s0, low, high);
    put(outs, 1, c, s1, low, high);
    put(outs, 2, c, s2, low, high);
    put(outs, 3, c, s3, low, high);
    put(outs, 4, c, s4, low, high);
    put(outs, 5, c, s5, low, high);
    put(outs, 6, c, s6, low, high);
  }
}

/** Three taps. */
export function tileOf3(
  list: usize,
  end: usize,
  filter: usize,
  tapBytes: usize,
  bias: usize,
  outs: usize,
  rowBytes: usize,
  low: f32,
  high: f32,
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
      tap += tapBytes;
      const r = v128.load(tap);
      let x = columnAt(entry + 4, 0, c);
      s0 = multiplyAdd(x, p, s0);
      x = columnAt(entry + 4, 1, c);
      s0 = multiplyAdd(x, q, s0);
      s1 = multiplyAdd(x, p, s1);
      x = columnAt(entry + 4, 2, c);
      s0 = multiplyAdd(x, r, s0);
      s1 = multiplyAdd(x, q, s1);
      s2 = multiplyAdd(x, p, s2);
      x = columnAt(entry + 4, 3, c);
      s1 = multiplyAdd(x, r, s1);
      s2 = multiplyAdd(x, q, s2);
      s3 = multiplyAdd(x, p, s3);
      x = columnAt(entry + 4, 4, c);
      s2 = multiplyAdd(x, r, s2);
      s3 = multiplyAdd(x, q, s3);
      s4 = multiplyAdd(x, p, s4);
      x = columnAt(entry + 4, 5, c);
      s3 = multiplyAdd(x, r, s3);
      s4 = multiplyAdd(x, q, s4);
      s5 = multiplyAdd(x, p, s5);
      x = columnAt(entry + 4, 6, c);
      s4 = multiplyAdd(x, r, s4);
      s5 = multiplyAdd(x, q, s5);
      s6 = multiplyAdd(x, p, s6);
      x = columnAt(entry + 4, 7, c);
      s5 = multiplyAdd(x, r, s5);
      s6 = multiplyAdd(x, q, s6);
      x = columnAt(entry + 4, 8, c);
      s6 = multiplyAdd(x, r, s6);
    }
    put(outs, 0, c, s0, low, high);
    put(outs, 1, c, s1, low, high);
    put(outs, 2, c, s2, low, high);
    put(outs, 3, c, s3, low, high);
    put(outs, 4, c, s4, low, high);
    put(outs, 5, c, s5, low, high);
    put(outs, 6, c, s6, low, high);
  }
}

/** Five taps. */
export function tileOf5(
  list: usize,
  end: usize,
  filter: usize,
  tapBytes: usize,
  bias: usize,
  outs: usize,
  rowBytes: usize,
  low: f32,
  high: f32,
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
      tap += tapBytes;
      const r = v128.load(tap);
      tap += tapBytes;
      const s = v128.load(tap);
      tap += tapBytes;
      const t = v128.load(tap);
      let x = columnAt(entry + 4, 0, c);
      s0 = multiplyAdd(x, p, s0);
      x = columnAt(entry + 4, 1, c);
      s0 = multiplyAdd(x, q, s0);
      s1 = multiplyAdd(x, p, s1);
      x = columnAt(entry + 4, 2, c);
      s0 = multiplyAdd(x, r, s0);
      s1 = multiplyAdd(x, q, s1);
      s2 = multiplyAdd(x, p, s2);
      x = columnAt(entry + 4, 3, c);
      s0 = multiplyAdd(x, s, s0);
      s1 = multiplyAdd(x, r, s1);
      s2 = multiplyAdd(x, q, s2);
      s3 = multiplyAdd(x, p, s3);
      x = columnAt(entry + 4, 4, c);
      s0 = multiplyAdd(x, t, s0);
      s1 = multiplyAdd(x, s, s1);
      s2 = multiplyAdd(x, r, s2);
      s3 = multiplyAdd(x, q, s3);
      s4 = multiplyAdd(x, p, s4);
      x = columnAt(entry + 4, 5, c);
      s1 = multiplyAdd(x, t, s1);
      s2 = multiplyAdd(x, s, s2);
      s3 = multiplyAdd(x, r, s3);
      s4 = multiplyAdd(x, q, s4);
      s5 = multiplyAdd(x, p, s5);
      x = columnAt(entry + 4, 6, c);
      s2 = multiplyAdd(x, t, s2);
      s3 = multiplyAdd(x, s, s3);
      s4 = multiplyAdd(x, r, s4);
      s5 = multiplyAdd(x, q, s5);
      s6 = multiplyAdd(x, p, s6);
      x = columnAt(entry + 4, 7, c);
      s3 = multiplyAdd(x, t, s3);
      s4 = multiplyAdd(x, s, s4);
      s5 = multiplyAdd(x, r, s5);
      s6 = multiplyAdd(x, q, s6);
      x = columnAt(entry + 4, 8, c);
      s4 = multiplyAdd(x, t, s4);
      s5 = multiplyAdd(x, s, s5);
      s6 = multiplyAdd(x, r, s6);
      x = columnAt(entry + 4, 9, c);
      s5 = multiplyAdd(x, t, s5);
      s6 = multiplyAdd(x, s, s6);
      x = columnAt(entry + 4, 10, c);
      s6 = multiplyAdd(x, t, s6);
    }
    put(outs, 0, c, s0, low, high);
    put(outs, 1, c, s1, low, high);
    put(outs, 2, c, s2, low, high);
    put(outs, 3, c, s3, low, high);
    put(outs, 4, c, s4, low, high);
    put(outs, 5, c, s5, low, high);
    put(outs, 6, c, s6, low, high);
  }
}
