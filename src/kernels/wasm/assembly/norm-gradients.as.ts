/**
 * The gradients through BatchNorm (norms.as.ts): of gamma and beta, which are sums over a batch, and from these the one by the
 * norm's input.
 *
 * **Passes.** Two, each of which reads dy and x once from memory: the input's gradient has the mean of dy in it, and the mean
 * of dy (x - mean), which are known only when the sums are. What it takes from each channel is worked out once, in three rows
 * of factors, and not for each value.
 *
 * **Order.** The sums share out channels: none is two threads', so bits do not depend on their number. The gradient by the
 * input shares out rows.
 *
 * **Roof.** The sums take four operations on 8 bytes and the gradient by the input five on 12: memory, and of the near caches,
 * from which the factors of a channel come for each row, the bound of loads. One thread of a Zen 4 takes 34 and 27 GB/s over
 * 8x14x14x576, 1.1 and 2.1 times as many as the same composed of calls (`npm run bench -- --only kernels`).
 */
import { share } from './geometry.as';
import { Lanes } from './lanes.as';
import { firstOf, GROUP } from './sums.as';

/** Addresses of the arrays of gamma's and beta's gradients. */
@unmanaged
export class NormGrads {
  dy: usize;
  x: usize;
  mean: usize;
  variance: usize;
  dGamma: usize;
  dBeta: usize;
  epsilon: f32;
}

/**
 * Sums of dy, and of dy (x - mean) / sqrt(variance + epsilon), over `rows`.
 *
 * @param part of `parts`, each of which takes some channels
 */
export function normGrads(all: NormGrads, rows: i32, channels: i32, part: i32, parts: i32): void {
  const from = (<usize>firstOf(channels, part, parts)) << 2;
  const width = ((<usize>firstOf(channels, part + 1, parts)) << 2) - from;
  const rowBytes = (<usize>channels) << 2;
  const dGamma = all.dGamma + from,
    dBeta = all.dBeta + from;
  memory.fill(dGamma, 0, width);
  memory.fill(dBeta, 0, width);
  for (let row = 0; row < rows; row += GROUP) {
    const at = from + rowBytes * <usize>row;
    addCentred(
      all.dy + at,
      all.x + at,
      all.mean + from,
      rowBytes,
      min(GROUP, rows - row),
      width,
      dBeta,
      dGamma,
    );
  }
  for (let c: usize = 0; c < width; c += 4) {
    const deviation = sqrt<f32>(load<f32>(all.variance + from + c) + all.epsilon);
    store<f32>(dGamma + c, load<f32>(dGamma + c) / deviation);
  }
}

/** Adds what some rows of dy come to, `width` bytes of each, to `dBeta`, and those of dy (x - mean) to `dGamma`. */
function addCentred(
  dy: usize,
  x: usize,
  mean: usize,
  rowBytes: usize,
  rows: i32,
  width: usize,
  dBeta: usize,
  dGamma: usize,
): void {
  let c: usize = 0;
  for (; c + 32 <= width; c += 32) {
    const meanA = v128.load(mean + c),
      meanB = v128.load(mean + c, 16);
    let a = f32x4.splat(0),
      b = a,
      p = a,
      q = a;
    let at = x + c,
      by = dy + c;
    for (let row = 0; row < rows; row++, at += rowBytes, by += rowBytes) {
      const first = v128.load(by),
        second = v128.load(by, 16);
      a = f32x4.add(a, first);
      b = f32x4.add(b, second);
      p = f32x4.add(p, f32x4.mul(first, f32x4.sub(v128.load(at), meanA)));
      q = f32x4.add(q, f32x4.mul(second, f32x4.sub(v128.load(at, 16), meanB)));
    }
    v128.store(dBeta + c, f32x4.add(v128.load(dBeta + c), a));
    v128.store(dBeta + c, f32x4.add(v128.load(dBeta + c, 16), b), 16);
    v128.store(dGamma + c, f32x4.add(v128.load(dGamma + c), p));
    v128.store(dGamma + c, f32x4.add(v128.load(dGamma + c, 16), q), 16);
  }
  for (let step = Lanes.step(c, width); c < width; c += step, step = Lanes.step(c, width)) {
    const middle = Lanes.load(mean + c, step);
    let sum = f32x4.splat(0),
      dot = sum;
    let at = x + c,
      by = dy + c;
    for (let row = 0; row < rows; row++, at += rowBytes, by += rowBytes) {
      const gradient = Lanes.load(by, step);
      sum = f32x4.add(sum, gradient);
      dot = f32x4.add(dot, f32x4.mul(gradient, f32x4.sub(Lanes.load(at, step), middle)));
    }
    Lanes.store(dBeta + c, f32x4.add(Lanes.load(dBeta + c, step), sum), step);
    Lanes.store(dGamma + c, f32x4.add(Lanes.load(dGamma + c, step), dot), step);
  }
}

/** Addresses of the arrays of those factors, and what is added to the variance. */
@unmanaged
export class InputGradFactors {
  gamma: usize;
  variance: usize;
  dGamma: usize;
  dBeta: usize;
  out: usize;
  epsilon: f32;
}

/**
 * What the gradient by a norm's input takes from each channel, three rows at `out`: the scale s = gamma / sqrt(variance +
 * epsilon), the mean of dBeta over `rows`, and how much of x - mean goes off, dGamma s / sqrt(variance + epsilon) / rows.
 */
export function inputGradFactors(all: InputGradFactors, rows: i32, channels: i32): void {
  const width = (<usize>channels) << 2;
  const out = all.out;
  for (let c: usize = 0; c < width; c += 4) {
    const deviation = sqrt<f32>(load<f32>(all.variance + c) + all.epsilon);
    const factor = load<f32>(all.gamma + c) / deviation;
    store<f32>(out + c, factor);
    store<f32>(out + width + c, load<f32>(all.dBeta + c) / <f32>rows);
    store<f32>(out + width * 2 + c, (load<f32>(all.dGamma + c) * factor) / deviation / <f32>rows);
  }
}

/** Addresses of the arrays of the gradient by a norm's input. */
@unmanaged
export class NormInputGrad {
  dy: usize;
  x: usize;
  mean: usize;
  /** Of {@link inputGradFactors}. */
  factors: usize;
  out: usize;
}

/**
 * (dy - its mean) scale - (x - mean) slope.
 *
 * @param part of `parts`, each of which takes some rows
 */
export function normInputGrad(all: NormInputGrad, rows: i32, channels: i32, part: i32, parts: i32): void {
  const rowBytes = (<usize>channels) << 2;
  const begin = rowBytes * <usize>share(rows, part, parts);
  const end = rowBytes * <usize>share(rows, part + 1, parts);
  for (let row = begin; row < end; row += rowBytes)
    inputGradRow(all.dy + row, all.x + row, all.mean, all.factors, rowBytes, all.out + row);
}

function inputGradRow(dy: usize, x: usize, mean: usize, factors: usize, width: usize, out: usize): void {
  const middle = factors + width,
    slope = middle + width;
  let c: usize = 0;
  for (; c + 32 <= width; c += 32) {
    const at = x + c,
      by = dy + c,
      m = mean + c,
      f = factors + c,
      d = middle + c,
      s = slope + c,
      to = out + c;
    const first = f32x4.mul(f32x4.sub(v128.load(by), v128.load(d)), v128.load(f));
    v128.store(to, f32x4.sub(first, f32x4.mul(f32x4.sub(v128.load(at), v128.load(m)), v128.load(s))));
    const second = f32x4.mul(f32x4.sub(v128.load(by, 16), v128.load(d, 16)), v128.load(f, 16));
    const back = f32x4.mul(f32x4.sub(v128.load(at, 16), v128.load(m, 16)), v128.load(s, 16));
    v128.store(to, f32x4.sub(second, back), 16);
  }
  for (let step = Lanes.step(c, width); c < width; c += step, step = Lanes.step(c, width)) {
    const centred = f32x4.sub(Lanes.load(x + c, step), Lanes.load(mean + c, step));
    const gradient = f32x4.sub(Lanes.load(dy + c, step), Lanes.load(middle + c, step));
    const straight = f32x4.mul(gradient, Lanes.load(factors + c, step));
    Lanes.store(out + c, f32x4.sub(straight, f32x4.mul(centred, Lanes.load(slope + c, step))), step);
  }
}
