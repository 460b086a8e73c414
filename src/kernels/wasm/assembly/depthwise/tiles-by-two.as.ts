/** The loops of tiles.as.ts at a stride of two: only every second column begins a position, and 13 or more lie under seven. */
import { multiplyAdd } from '../geometry.as';
import { columnAt, ENTRY_BYTES } from './lines.as';
import { put } from './tiles.as';

/** Three taps at a stride of two. */
export function tileOf3By2(
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
      x = columnAt(entry + 4, 2, c);
      s0 = multiplyAdd(x, r, s0);
      s1 = multiplyAdd(x, p, s1);
      x = columnAt(entry + 4, 3, c);
      s1 = multiplyAdd(x, q, s1);
      x = columnAt(entry + 4, 4, c);
      s1 = multiplyAdd(x, r, s1);
      s2 = multiplyAdd(x, p, s2);
      x = columnAt(entry + 4, 5, c);
      s2 = multiplyAdd(x, q, s2);
      x = columnAt(entry + 4, 6, c);
      s2 = multiplyAdd(x, r, s2);
      s3 = multiplyAdd(x, p, s3);
      x = columnAt(entry + 4, 7, c);
      s3 = multiplyAdd(x, q, s3);
      x = columnAt(entry + 4, 8, c);
      s3 = multiplyAdd(x, r, s3);
      s4 = multiplyAdd(x, p, s4);
      x = columnAt(entry + 4, 9, c);
      s4 = multiplyAdd(x, q, s4);
      x = columnAt(entry + 4, 10, c);
      s4 = multiplyAdd(x, r, s4);
      s5 = multiplyAdd(x, p, s5);
      x = columnAt(entry + 4, 11, c);
      s5 = multiplyAdd(x, q, s5);
      x = columnAt(entry + 4, 12, c);
      s5 = multiplyAdd(x, r, s5);
      s6 = multiplyAdd(x, p, s6);
      x = columnAt(entry + 4, 13, c);
      s6 = multiplyAdd(x, q, s6);
      x = columnAt(entry + 4, 14, c);
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

/** Five taps at a stride of two. */
export function tileOf5By2(
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
      x = columnAt(entry + 4, 2, c);
      s0 = multiplyAdd(x, r, s0);
      s1 = multiplyAdd(x, p, s1);
      x = columnAt(entry + 4, 3, c);
      s0 = multiplyAdd(x, s, s0);
      s1 = multiplyAdd(x, q, s1);
      x = columnAt(entry + 4, 4, c);
      s0 = multiplyAdd(x, t, s0);
      s1 = multiplyAdd(x, r, s1);
      s2 = multiplyAdd(x, p, s2);
      x = columnAt(entry + 4, 5, c);
      s1 = multiplyAdd(x, s, s1);
      s2 = multiplyAdd(x, q, s2);
      x = columnAt(entry + 4, 6, c);
      s1 = multiplyAdd(x, t, s1);
      s2 = multiplyAdd(x, r, s2);
      s3 = multiplyAdd(x, p, s3);
      x = columnAt(entry + 4, 7, c);
      s2 = multiplyAdd(x, s, s2);
      s3 = multiplyAdd(x, q, s3);
      x = columnAt(entry + 4, 8, c);
      s2 = multiplyAdd(x, t, s2);
      s3 = multiplyAdd(x, r, s3);
      s4 = multiplyAdd(x, p, s4);
      x = columnAt(entry + 4, 9, c);
      s3 = multiplyAdd(x, s, s3);
      s4 = multiplyAdd(x, q, s4);
      x = columnAt(entry + 4, 10, c);
      s3 = multiplyAdd(x, t, s3);
      s4 = multiplyAdd(x, r, s4);
      s5 = multiplyAdd(x, p, s5);
      x = columnAt(entry + 4, 11, c);
      s4 = multiplyAdd(x, s, s4);
      s5 = multiplyAdd(x, q, s5);
      x = columnAt(entry + 4, 12, c);
      s4 = multiplyAdd(x, t, s4);
      s5 = multiplyAdd(x, r, s5);
      s6 = multiplyAdd(x, p, s6);
      x = columnAt(entry + 4, 13, c);
      s5 = multiplyAdd(x, s, s5);
      s6 = multiplyAdd(x, q, s6);
      x = columnAt(entry + 4, 14, c);
      s5 = multiplyAdd(x, t, s5);
      s6 = multiplyAdd(x, r, s6);
      x = columnAt(entry + 4, 15, c);
      s6 = multiplyAdd(x, s, s6);
      x = columnAt(entry + 4, 16, c);
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
