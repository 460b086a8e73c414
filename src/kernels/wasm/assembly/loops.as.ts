/**
 * The loops of host/loops.ts on SIMD, over the memory of the wasm backend; host/loops.ts has the words and the sum. Addresses
 * are in bytes, counts in values.
 */

/** `out` = `dy` where 0 < `y` < `ceiling`, else 0. */
export function activationGrad(dy: usize, y: usize, out: usize, count: i32, ceiling: f32): void {
  const top = f32x4.splat(ceiling);
  const zero = f32x4.splat(0);
  let end = out + ((<usize>(count & ~3)) << 2);
  for (; out < end; out += 16, dy += 16, y += 16) {
    const value = v128.load(y);
    v128.store(out, v128.and(v128.load(dy), v128.and(f32x4.gt(value, zero), f32x4.lt(value, top))));
  }
  end += (<usize>(count & 3)) << 2;
  for (; out < end; out += 4, dy += 4, y += 4) {
    const value = load<f32>(y);
    store<f32>(out, value > 0 && value < ceiling ? load<f32>(dy) : 0);
  }
}

/** `sum` += `a` * `b`. */
function addProducts(sum: usize, a: usize, b: usize, count: i32): void {
  let end = sum + ((<usize>(count & ~3)) << 2);
  for (; sum < end; sum += 16, a += 16, b += 16) {
    v128.store(sum, f32x4.add(v128.load(sum), f32x4.mul(v128.load(a), v128.load(b))));
  }
  end += (<usize>(count & 3)) << 2;
  for (; sum < end; sum += 4, a += 4, b += 4) store<f32>(sum, load<f32>(sum) + load<f32>(a) * load<f32>(b));
}

/** `sum` += `a`. */
function add(sum: usize, a: usize, count: i32): void {
  let end = sum + ((<usize>(count & ~3)) << 2);
  for (; sum < end; sum += 16, a += 16) v128.store(sum, f32x4.add(v128.load(sum), v128.load(a)));
  end += (<usize>(count & 3)) << 2;
  for (; sum < end; sum += 4, a += 4) store<f32>(sum, load<f32>(sum) + load<f32>(a));
}

/** Adds up rows of `channels` values. */
export function channelSum(x: usize, out: usize, rows: i32, channels: i32): void {
  memory.fill(out, 0, (<usize>channels) << 2);
  for (; rows > 0; rows--, x += (<usize>channels) << 2) add(out, x, channels);
}

/** Adds up the products of rows of `channels` values. */
export function channelDot(x: usize, y: usize, out: usize, rows: i32, channels: i32): void {
  const rowBytes = (<usize>channels) << 2;
  memory.fill(out, 0, rowBytes);
  for (; rows > 0; rows--, x += rowBytes, y += rowBytes) addProducts(out, x, y, channels);
}

/** One step of Adam over a count that four divides: `move1` is 1 - beta1, `move2` 1 - beta2, `keep` 1 - decay. */
export function adam(
  gradient: usize,
  value: usize,
  m: usize,
  v: usize,
  toValue: usize,
  toM: usize,
  toV: usize,
  count: i32,
  rate: f32,
  move1: f32,
  move2: f32,
  epsilon: f32,
  keep: f32,
): void {
  const end = (<usize>count) << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const g = v128.load(gradient + at);
    const m0 = v128.load(m + at);
    const v0 = v128.load(v + at);
    const m1 = f32x4.add(m0, f32x4.mul(f32x4.sub(g, m0), f32x4.splat(move1)));
    const v1 = f32x4.add(v0, f32x4.mul(f32x4.sub(f32x4.mul(g, g), v0), f32x4.splat(move2)));
    v128.store(toM + at, m1);
    v128.store(toV + at, v1);
    const step = f32x4.div(f32x4.mul(f32x4.splat(rate), m1), f32x4.add(f32x4.sqrt(v1), f32x4.splat(epsilon)));
    v128.store(toValue + at, f32x4.sub(f32x4.mul(v128.load(value + at), f32x4.splat(keep)), step));
  }
}
