/**
 * The innermost loop of depthwise convolutions whose filter has five taps along a line and goes two columns at a time:
 * tiles.as.ts says what it has in common with the others. Of the columns of seven positions, seventeen, every other one goes
 * into two sums and those between into three at most.
 */
import { between, multiplyAdd } from '../geometry.as';
import { columnAt, SIDES_BYTES } from './lines.as';

/** Seven positions, of which each begins two columns after the one before it. */
export function tileOf5By2(
  list: usize,
  end: usize,
  filter: usize,
  tapBytes: usize,
  bias: usize,
  out: usize,
  outBytes: usize,
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
    for (let entry = list; entry < end; entry += SIDES_BYTES) {
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
      let at = c + <usize>load<u32>(entry + 4, 8);
      x = v128.load(at);
      s0 = multiplyAdd(x, r, s0);
      s1 = multiplyAdd(x, p, s1);
      if (at == 0) break;
      at += rowBytes;
      x = v128.load(at);
      s0 = multiplyAdd(x, s, s0);
      s1 = multiplyAdd(x, q, s1);
      at += rowBytes;
      x = v128.load(at);
      s0 = multiplyAdd(x, t, s0);
      s1 = multiplyAdd(x, r, s1);
      s2 = multiplyAdd(x, p, s2);
      at += rowBytes;
      x = v128.load(at);
      s1 = multiplyAdd(x, s, s1);
      s2 = multiplyAdd(x, q, s2);
      if (at == 0) break;
      at += rowBytes;
      x = v128.load(at);
      s1 = multiplyAdd(x, t, s1);
      s2 = multiplyAdd(x, r, s2);
      s3 = multiplyAdd(x, p, s3);
      at += rowBytes;
      x = v128.load(at);
      s2 = multiplyAdd(x, s, s2);
      s3 = multiplyAdd(x, q, s3);
      at += rowBytes;
      x = v128.load(at);
      s2 = multiplyAdd(x, t, s2);
      s3 = multiplyAdd(x, r, s3);
      s4 = multiplyAdd(x, p, s4);
      if (at == 0) break;
      at += rowBytes;
      x = v128.load(at);
      s3 = multiplyAdd(x, s, s3);
      s4 = multiplyAdd(x, q, s4);
      at += rowBytes;
      x = v128.load(at);
      s3 = multiplyAdd(x, t, s3);
      s4 = multiplyAdd(x, r, s4);
      s5 = multiplyAdd(x, p, s5);
      at += rowBytes;
      x = v128.load(at);
      s4 = multiplyAdd(x, s, s4);
      s5 = multiplyAdd(x, q, s5);
      if (at == 0) break;
      at += rowBytes;
      x = v128.load(at);
      s4 = multiplyAdd(x, t, s4);
      s5 = multiplyAdd(x, r, s5);
      s6 = multiplyAdd(x, p, s6);
      at += rowBytes;
      x = v128.load(at);
      s5 = multiplyAdd(x, s, s5);
      s6 = multiplyAdd(x, q, s6);
      at += rowBytes;
      x = v128.load(at);
      s5 = multiplyAdd(x, t, s5);
      s6 = multiplyAdd(x, r, s6);
      if (at == 0) break;
      x = columnAt(entry + 4, 3, c);
      s6 = multiplyAdd(x, s, s6);
      x = columnAt(entry + 4, 4, c);
      s6 = multiplyAdd(x, t, s6);
    }
    let to = out + c;
    const low = v128.load32_splat(bounds),
      high = v128.load32_splat(bounds, 4);
    v128.store(to, between(s0, low, high));
    to += outBytes;
    v128.store(to, between(s1, low, high));
    to += outBytes;
    v128.store(to, between(s2, low, high));
    to += outBytes;
    v128.store(to, between(s3, low, high));
    to += outBytes;
    v128.store(to, between(s4, low, high));
    to += outBytes;
    v128.store(to, between(s5, low, high));
    to += outBytes;
    v128.store(to, between(s6, low, high));
  }
}
