/**
 * The largest value of each window, and the gradient through it, which goes to the first value of a window that is its largest,
 * as in Keras and tfjs.
 *
 * **Forward** four vectors of channels rest in registers while a window's positions pass. What is not a number is kept by a mask
 * beside them: `f32x4.max`, which keeps it by itself, is eight instructions on x86 in place of three, and half as fast.
 *
 * **Backward** the window is looked through again for the value that came out: no list of places is kept, which would be as
 * large as the output, and no product is made. Where windows neither overlap nor leave anything out, as in VGG, each place is
 * written once. Else all is zero first, and a part owns lines of the input: windows that reach beyond them are another part's too,
 * which finds the same and writes its own. Windows are added in their order, so bits do not depend on the number of parts.
 *
 * **Roof.** Of 2x2 windows forward three comparisons on 20 bytes, backward four on 40: memory. One thread of a Zen 4 takes 37 GB/s
 * forward over 2x56x56x256, 1.9 times as many as tfjs' own kernel, and backward 16, 20 times as many; 3x3 at stride two 22 and
 * 12, 1.1 and 28 times as many (`npm run bench -- --only kernels`).
 */
import { Geometry, share } from './geometry.as';
import { Lanes } from './lanes.as';

/**
 * Fills `out` `[pictures, outHeight, outWidth, channels]`.
 *
 * @param part of `parts`, each of which fills some lines
 */
export function maxPool(
  g: Geometry,
  x: usize,
  out: usize,
  pictures: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const lineBytes = rowBytes * <usize>g.inWidth;
  const lines = pictures * g.outHeight;
  const first = share(lines, part, parts);
  out += rowBytes * <usize>(first * g.outWidth);
  for (let line = first; line < share(lines, part + 1, parts); line++) {
    const n = line / g.outHeight;
    const top = (line - n * g.outHeight) * g.strideHeight - g.padTop;
    const above = max(0, top);
    const height = min(g.inHeight, top + g.filterHeight) - above;
    const from = x + lineBytes * <usize>(n * g.inHeight + above);
    for (let column = 0; column < g.outWidth; column++, out += rowBytes) {
      const left = column * g.strideWidth - g.padLeft;
      const before = max(0, left);
      const width = min(g.inWidth, left + g.filterWidth) - before;
      largest(from + rowBytes * <usize>before, lineBytes, rowBytes, height, width, out);
    }
  }
}

/** The largest of a window's rows, channel by channel. */
function largest(x: usize, lineBytes: usize, rowBytes: usize, height: i32, width: i32, out: usize): void {
  let c: usize = 0;
  for (; c + 64 <= rowBytes; c += 64) {
    let a = f32x4.splat(-Infinity),
      b = a,
      d = a,
      e = a;
    let p = f32x4.splat(0),
      q = p,
      r = p,
      s = p;
    for (let line = 0, start = x + c; line < height; line++, start += lineBytes) {
      for (let i = 0, at = start; i < width; i++, at += rowBytes) {
        let value = v128.load(at);
        a = f32x4.pmax(a, value);
        p = v128.or(p, f32x4.ne(value, value));
        value = v128.load(at, 16);
        b = f32x4.pmax(b, value);
        q = v128.or(q, f32x4.ne(value, value));
        value = v128.load(at, 32);
        d = f32x4.pmax(d, value);
        r = v128.or(r, f32x4.ne(value, value));
        value = v128.load(at, 48);
        e = f32x4.pmax(e, value);
        s = v128.or(s, f32x4.ne(value, value));
      }
    }
    v128.store(out + c, v128.or(a, p));
    v128.store(out + c, v128.or(b, q), 16);
    v128.store(out + c, v128.or(d, r), 32);
    v128.store(out + c, v128.or(e, s), 48);
  }
  for (let step = Lanes.step(c, rowBytes); c < rowBytes; c += step, step = Lanes.step(c, rowBytes)) {
    let most = f32x4.splat(-Infinity),
      none = f32x4.splat(0);
    for (let line = 0, start = x + c; line < height; line++, start += lineBytes) {
      for (let i = 0, at = start; i < width; i++, at += rowBytes) {
        const value = Lanes.load(at, step);
        most = f32x4.pmax(most, value);
        none = v128.or(none, f32x4.ne(value, value));
      }
    }
    Lanes.store(out + c, v128.or(most, none), step);
  }
}

/** Whether each position of the input is in one window. */
function isCovered(g: Geometry): bool {
  return (
    g.filterHeight == g.strideHeight &&
    g.filterWidth == g.strideWidth &&
    g.padTop + g.padLeft == 0 &&
    g.inHeight == g.outHeight * g.strideHeight &&
    g.inWidth == g.outWidth * g.strideWidth
  );
}

/** The input line at which the windows of an output line, or of none behind the last, begin. */
function lineOf(g: Geometry, outLine: i32): i32 {
  if (outLine == 0) return 0;
  return outLine == g.outHeight ? g.inHeight : min(g.inHeight, max(0, outLine * g.strideHeight - g.padTop));
}

/**
 * Fills `dx` as `x`.
 *
 * @param y what came out
 * @param part of `parts`, each of which fills the lines at which some lines of windows begin
 */
export function maxPoolGrad(
  g: Geometry,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  pictures: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const inBytes = rowBytes * <usize>(g.inHeight * g.inWidth);
  const outBytes = rowBytes * <usize>(g.outHeight * g.outWidth);
  const covers = isCovered(g);
  const stop = share(pictures * g.outHeight, part + 1, parts);
  for (let line = share(pictures * g.outHeight, part, parts); line < stop;) {
    const n = line / g.outHeight;
    const first = line - n * g.outHeight;
    const end = min(g.outHeight, first + stop - line);
    const own = inBytes * <usize>n;
    const out = outBytes * <usize>n;
    takeLines(g, x + own, y + out, dy + out, dx + own, rowBytes, first, end, covers);
    line += end - first;
  }
}

/** The input lines of a picture at which its output lines from `first` to `end` begin. */
function takeLines(
  g: Geometry,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  rowBytes: usize,
  first: i32,
  end: i32,
  covers: bool,
): void {
  const lineBytes = rowBytes * <usize>g.inWidth;
  const from = lineOf(g, first);
  const to = lineOf(g, end);
  if (!covers) memory.fill(dx + lineBytes * <usize>from, 0, lineBytes * <usize>(to - from));
  // The first line of windows that reaches them.
  let line = covers ? first : max(0, from + g.padTop - g.filterHeight + g.strideHeight) / g.strideHeight;
  for (; line < end; line++) {
    const top = line * g.strideHeight - g.padTop;
    const above = max(0, top);
    const below = min(g.inHeight, top + g.filterHeight);
    const at = rowBytes * <usize>(line * g.outWidth);
    for (let column = 0; column < g.outWidth; column++) {
      const left = column * g.strideWidth - g.padLeft;
      const before = max(0, left);
      const width = min(g.inWidth, left + g.filterWidth) - before;
      const corner = lineBytes * <usize>above + rowBytes * <usize>before;
      const place = at + rowBytes * <usize>column;
      const height = below - above;
      if (covers) {
        putBack(x + corner, y + place, dy + place, dx + corner, lineBytes, rowBytes, height, width);
      } else {
        addBack(
          x + corner,
          y + place,
          dy + place,
          dx + corner,
          lineBytes,
          rowBytes,
          height,
          width,
          from - above,
          to - above,
        );
      }
    }
  }
}

/** Gives each channel's gradient to the first of a window's positions that has its value, and nothing to the others. */
function putBack(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  lineBytes: usize,
  rowBytes: usize,
  height: i32,
  width: i32,
): void {
  let c: usize = 0;
  for (; c + 32 <= rowBytes; c += 32) {
    const value = v128.load(y + c),
      other = v128.load(y + c, 16);
    let gradient = v128.load(dy + c),
      second = v128.load(dy + c, 16);
    for (let line = 0, start = c; line < height; line++, start += lineBytes) {
      for (let i = 0, at = start; i < width; i++, at += rowBytes) {
        let is = f32x4.eq(v128.load(x + at), value);
        v128.store(dx + at, v128.and(gradient, is));
        gradient = v128.andnot(gradient, is);
        is = f32x4.eq(v128.load(x + at, 16), other);
        v128.store(dx + at, v128.and(second, is), 16);
        second = v128.andnot(second, is);
      }
    }
  }
  for (let step = Lanes.step(c, rowBytes); c < rowBytes; c += step, step = Lanes.step(c, rowBytes)) {
    const value = Lanes.load(y + c, step);
    let gradient = Lanes.load(dy + c, step);
    for (let line = 0, start = c; line < height; line++, start += lineBytes) {
      for (let i = 0, at = start; i < width; i++, at += rowBytes) {
        const is = f32x4.eq(Lanes.load(x + at, step), value);
        Lanes.store(dx + at, v128.and(gradient, is), step);
        gradient = v128.andnot(gradient, is);
      }
    }
  }
}

/**
 * Adds each channel's gradient to the first of a window's positions that has its value.
 *
 * @param first and `end`: lines of the window that are the part's own
 */
function addBack(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  lineBytes: usize,
  rowBytes: usize,
  height: i32,
  width: i32,
  first: i32,
  end: i32,
): void {
  let c: usize = 0;
  for (; c + 32 <= rowBytes; c += 32) {
    const value = v128.load(y + c),
      other = v128.load(y + c, 16);
    let gradient = v128.load(dy + c),
      second = v128.load(dy + c, 16);
    for (let line = 0, start = c; line < height; line++, start += lineBytes) {
      const isOwn = line >= first && line < end;
      for (let i = 0, at = start; i < width; i++, at += rowBytes) {
        const is = f32x4.eq(v128.load(x + at), value),
          also = f32x4.eq(v128.load(x + at, 16), other);
        if (isOwn) {
          const to = dx + at;
          v128.store(to, f32x4.add(v128.load(to), v128.and(gradient, is)));
          v128.store(to, f32x4.add(v128.load(to, 16), v128.and(second, also)), 16);
        }
        gradient = v128.andnot(gradient, is);
        second = v128.andnot(second, also);
      }
    }
  }
  for (let step = Lanes.step(c, rowBytes); c < rowBytes; c += step, step = Lanes.step(c, rowBytes)) {
    const value = Lanes.load(y + c, step);
    let gradient = Lanes.load(dy + c, step);
    for (let line = 0, start = c; line < height; line++, start += lineBytes) {
      const isOwn = line >= first && line < end;
      for (let i = 0, at = start; i < width; i++, at += rowBytes) {
        const is = f32x4.eq(Lanes.load(x + at, step), value);
        const given = v128.and(gradient, is);
        gradient = v128.andnot(gradient, is);
        if (isOwn) Lanes.store(dx + at, f32x4.add(Lanes.load(dx + at, step), given), step);
      }
    }
  }
}
