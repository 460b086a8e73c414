/**
 * The loops of host/loops.ts on SIMD, over the memory of the wasm backend; host/loops.ts has the words and the sum. Addresses
 * are in bytes, counts in values.
 */

import { share } from './geometry.as';

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

/** Channels of a part: whole vectors, and of the last one what is left. */
function firstOf(channels: i32, part: i32, parts: i32): i32 {
  return part == parts ? channels : share(channels >> 2, part, parts) << 2;
}

/**
 * Adds up rows of `channels` values: each channel down all rows, a line of the cache at a time, so that sums rest in registers.
 *
 * @param part of `parts`, each of which adds up some channels
 */
export function channelSum(x: usize, out: usize, rows: i32, channels: i32, part: i32, parts: i32): void {
  const rowBytes = (<usize>channels) << 2;
  const stop = (<usize>firstOf(channels, part + 1, parts)) << 2;
  let c = (<usize>firstOf(channels, part, parts)) << 2;
  for (; c + 64 <= stop; c += 64) {
    let a = f32x4.splat(0),
      b = a,
      d = a,
      e = a;
    for (let row = 0, at = x + c; row < rows; row++, at += rowBytes) {
      a = f32x4.add(a, v128.load(at));
      b = f32x4.add(b, v128.load(at, 16));
      d = f32x4.add(d, v128.load(at, 32));
      e = f32x4.add(e, v128.load(at, 48));
    }
    v128.store(out + c, a);
    v128.store(out + c, b, 16);
    v128.store(out + c, d, 32);
    v128.store(out + c, e, 48);
  }
  for (; c < stop; c += 4) {
    let sum: f32 = 0;
    for (let row = 0, at = x + c; row < rows; row++, at += rowBytes) sum += load<f32>(at);
    store<f32>(out + c, sum);
  }
}

/** As {@link channelSum}, of the products of rows. */
export function channelDot(
  x: usize,
  y: usize,
  out: usize,
  rows: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const stop = (<usize>firstOf(channels, part + 1, parts)) << 2;
  let c = (<usize>firstOf(channels, part, parts)) << 2;
  for (; c + 64 <= stop; c += 64) {
    let a = f32x4.splat(0),
      b = a,
      d = a,
      e = a;
    let at = x + c,
      by = y + c;
    for (let row = 0; row < rows; row++, at += rowBytes, by += rowBytes) {
      a = f32x4.add(a, f32x4.mul(v128.load(at), v128.load(by)));
      b = f32x4.add(b, f32x4.mul(v128.load(at, 16), v128.load(by, 16)));
      d = f32x4.add(d, f32x4.mul(v128.load(at, 32), v128.load(by, 32)));
      e = f32x4.add(e, f32x4.mul(v128.load(at, 48), v128.load(by, 48)));
    }
    v128.store(out + c, a);
    v128.store(out + c, b, 16);
    v128.store(out + c, d, 32);
    v128.store(out + c, e, 48);
  }
  for (; c < stop; c += 4) {
    let sum: f32 = 0;
    let at = x + c,
      by = y + c;
    for (let row = 0; row < rows; row++, at += rowBytes, by += rowBytes) sum += load<f32>(at) * load<f32>(by);
    store<f32>(out + c, sum);
  }
}

/**
 * `out` `[pictures, channels]` is the sum over the `rows` of each picture.
 *
 * @param part of `parts`, each of which takes some channels of all pictures
 */
export function globalSum(
  x: usize,
  out: usize,
  pictures: i32,
  rows: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  for (let n = 0; n < pictures; n++, x += rowBytes * <usize>rows, out += rowBytes)
    channelSum(x, out, rows, channels, part, parts);
}

/** As {@link globalSum}, of the products of two. */
export function gateGrad(
  x: usize,
  dy: usize,
  out: usize,
  pictures: i32,
  rows: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const pictureBytes = rowBytes * <usize>rows;
  for (let n = 0; n < pictures; n++, x += pictureBytes, dy += pictureBytes, out += rowBytes)
    channelDot(x, dy, out, rows, channels, part, parts);
}

/** As {@link globalSum}, the mean. */
export function globalPool(
  x: usize,
  out: usize,
  pictures: i32,
  rows: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const stop = (<usize>firstOf(channels, part + 1, parts)) << 2;
  globalSum(x, out, pictures, rows, channels, part, parts);
  for (let n = 0; n < pictures; n++, out += rowBytes)
    divide(out + from, out + from, (stop - from) >> 2, rows);
}

function divide(from: usize, to: usize, count: usize, by: i32): void {
  const divisor = f32x4.splat(<f32>by);
  const stop = from + (count << 2);
  for (; from + 16 <= stop; from += 16, to += 16) v128.store(to, f32x4.div(v128.load(from), divisor));
  for (; from < stop; from += 4, to += 4) store<f32>(to, load<f32>(from) / <f32>by);
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
    divide(dy + rowBytes * <usize>n, first, channels, rows);
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

/** One step of Adam for `count` values from `first` on, counts that four divides. */
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
  for (let at = from; at < end; at += 16) {
    const g = v128.load(gradient + at);
    const m0 = v128.load(m + at);
    const v0 = v128.load(v + at);
    const m1 = f32x4.add(m0, f32x4.mul(f32x4.sub(g, m0), move1));
    const v1 = f32x4.add(v0, f32x4.mul(f32x4.sub(f32x4.mul(g, g), v0), move2));
    v128.store(toM + at, m1);
    v128.store(toV + at, v1);
    const change = f32x4.div(f32x4.mul(rate, m1), f32x4.add(f32x4.sqrt(v1), epsilon));
    v128.store(toValue + at, f32x4.sub(f32x4.mul(v128.load(value + at), keep), change));
  }
}
