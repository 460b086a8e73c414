/**
 * The loops of host/loops.ts on SIMD, over the memory of the wasm backend; host/loops.ts has the words and the sum. Addresses
 * are in bytes, counts in values.
 */

import { between, share } from './geometry.as';
import { Lanes } from './lanes.as';
import { divide } from './sums.as';

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

/** `out` = `x` held between zero and `ceiling`; what is not a number stays so. */
export function relu(x: usize, out: usize, count: i32, ceiling: f32): void {
  const low = f32x4.splat(0),
    high = f32x4.splat(ceiling);
  let end = out + ((<usize>(count & ~3)) << 2);
  for (; out < end; out += 16, x += 16) v128.store(out, between(v128.load(x), low, high));
  end += (<usize>(count & 3)) << 2;
  for (; out < end; out += 4, x += 4) v128.store_lane<f32>(out, between(v128.load32_splat(x), low, high), 0);
}

/** `out` = `dy` times the slope of the sigmoid where it is `y`. */
export function sigmoidGrad(dy: usize, y: usize, out: usize, count: i32): void {
  const one = f32x4.splat(1);
  const width = (<usize>count) << 2;
  for (let c: usize = 0; c < width;) {
    const step = Lanes.step(c, width);
    const value = Lanes.load(y + c, step);
    const slope = f32x4.mul(value, f32x4.sub(one, value));
    Lanes.store(out + c, f32x4.mul(Lanes.load(dy + c, step), slope), step);
    c += step;
  }
}

/**
 * `out` `[pictures, rows, channels]`: to each row its share of what came in for the picture.
 *
 * @param part of `parts`, each of which takes some pictures
 */
export function globalPoolGrad(
  dy: usize,
  out: usize,
  pictures: i32,
  rows: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  for (let n = share(pictures, part, parts); n < share(pictures, part + 1, parts); n++) {
    const first = out + rowBytes * <usize>(n * rows);
    divide(dy + rowBytes * <usize>n, first, rowBytes, rows);
    for (let row = 1; row < rows; row++) memory.copy(first + rowBytes * <usize>row, first, rowBytes);
  }
}

/** A weight, its gradient and its moments, and where they go; four bytes each. */
@unmanaged
export class AdamStep {
  gradient: usize;
  value: usize;
  m: usize;
  v: usize;
  toValue: usize;
  toM: usize;
  toV: usize;
  rate: f32;
  /** 1 - beta1 and 1 - beta2. */
  move1: f32;
  move2: f32;
  epsilon: f32;
  /** 1 - decay. */
  keep: f32;
}

/**
 * One step of Adam for `count` values from `first` on: a dozen operations for 16 bytes read and 12 written, so memory is the
 * bound, and tfjs' ops pass over it ten times. One thread of an AMD EPYC, `npm run bench -- --only kernels`: 23 GB/s, 5 times
 * the ops.
 */
export function adam(step: AdamStep, first: i32, count: i32): void {
  const from = (<usize>first) << 2;
  const end = from + ((<usize>count) << 2);
  const gradient = step.gradient,
    value = step.value,
    m = step.m,
    v = step.v,
    toValue = step.toValue,
    toM = step.toM,
    toV = step.toV;
  const rate = f32x4.splat(step.rate),
    move1 = f32x4.splat(step.move1),
    move2 = f32x4.splat(step.move2),
    epsilon = f32x4.splat(step.epsilon),
    keep = f32x4.splat(step.keep);
  for (let at = from; at < end;) {
    const by = Lanes.step(at, end);
    const g = Lanes.load(gradient + at, by);
    const m0 = Lanes.load(m + at, by);
    const v0 = Lanes.load(v + at, by);
    const m1 = f32x4.add(m0, f32x4.mul(f32x4.sub(g, m0), move1));
    const v1 = f32x4.add(v0, f32x4.mul(f32x4.sub(f32x4.mul(g, g), v0), move2));
    Lanes.store(toM + at, m1, by);
    Lanes.store(toV + at, v1, by);
    const change = f32x4.div(f32x4.mul(rate, m1), f32x4.add(f32x4.sqrt(v1), epsilon));
    const kept = f32x4.mul(Lanes.load(value + at, by), keep);
    Lanes.store(toValue + at, f32x4.sub(kept, change), by);
    at += by;
  }
}
