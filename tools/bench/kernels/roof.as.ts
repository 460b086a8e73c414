/** Nothing but multiplications and additions in registers, as many as one thread has time for; roof.ts counts them. */

function step(x: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? f32x4.relaxed_madd(x, f32x4.splat(0.5), f32x4.splat(1))
    : f32x4.add(f32x4.mul(x, f32x4.splat(0.5)), f32x4.splat(1));
}

/** Twelve sums that do not wait for each other. */
export function loop(iterations: i32): f32 {
  let a = f32x4.splat(0),
    b = a,
    c = a,
    d = a,
    e = a,
    f = a,
    g = a,
    h = a,
    i = a,
    j = a,
    k = a,
    l = a;
  do {
    a = step(a);
    b = step(b);
    c = step(c);
    d = step(d);
    e = step(e);
    f = step(f);
    g = step(g);
    h = step(h);
    i = step(i);
    j = step(j);
    k = step(k);
    l = step(l);
  } while (--iterations > 0);
  const first = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(e, f));
  const second = f32x4.add(f32x4.add(f32x4.add(g, h), f32x4.add(i, j)), f32x4.add(k, l));
  return f32x4.extract_lane(f32x4.add(first, second), 0);
}

/** Input channels of a tile: what it reads lies in the first cache. */
const CHANNELS: usize = 96;
/** Where a tile's filter lies, and behind it rows of its input. */
const FILTER: usize = 1024;
const ROWS: usize = FILTER + (CHANNELS << 5);

function more(sum: v128, x: v128, y: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(x, y, sum) : f32x4.add(f32x4.mul(x, y), sum);
}

/** A convolution's tile (columns.as.ts) and nothing else: four positions by eight output channels over 96 input channels. */
export function tile(times: i32): f32 {
  const end = FILTER + (CHANNELS << 5);
  let c00 = f32x4.splat(0),
    c01 = c00,
    c10 = c00,
    c11 = c00,
    c20 = c00,
    c21 = c00,
    c30 = c00,
    c31 = c00;
  do {
    let b = FILTER,
      a0 = ROWS,
      a1 = ROWS + (CHANNELS << 2),
      a2 = ROWS + (CHANNELS << 3),
      a3 = ROWS + (CHANNELS << 2) * 3;
    do {
      const p = v128.load(b),
        q = v128.load(b, 16);
      let s = v128.load32_splat(a0);
      c00 = more(c00, s, p);
      c01 = more(c01, s, q);
      s = v128.load32_splat(a1);
      c10 = more(c10, s, p);
      c11 = more(c11, s, q);
      s = v128.load32_splat(a2);
      c20 = more(c20, s, p);
      c21 = more(c21, s, q);
      s = v128.load32_splat(a3);
      c30 = more(c30, s, p);
      c31 = more(c31, s, q);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      b += 32;
    } while (b < end);
  } while (--times > 0);
  const first = f32x4.add(f32x4.add(c00, c01), f32x4.add(c10, c11));
  const second = f32x4.add(f32x4.add(c20, c21), f32x4.add(c30, c31));
  return f32x4.extract_lane(f32x4.add(first, second), 0);
}
