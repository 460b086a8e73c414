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
