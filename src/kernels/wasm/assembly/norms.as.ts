/**
 * BatchNorm: the norm by some mean and variance. What comes before it is in moments.as.ts, what goes back through it in
 * norm-gradients.as.ts; composite/norm.ts has the formulas.
 *
 * **Order.** Each value is taken by itself, so rows are shared out. Values are centred before they are scaled, (x - m) s in
 * place of x s - m s: the first subtraction is exact where m is large.
 *
 * **Roof.** Three operations on 8 bytes: memory, and of the near caches, from which the factors of a channel come for each row,
 * the bound of loads. One thread of a Zen 4 takes 33 GB/s over 8x14x14x576, 1.4 times as many as the same composed of calls
 * (`npm run bench -- --only kernels`).
 */
import { share } from './geometry.as';
import { Lanes } from './lanes.as';

/** Addresses of the arrays of a norm's scale, and what is added to the variance. */
@unmanaged
export class NormScale {
  gamma: usize;
  variance: usize;
  out: usize;
  epsilon: f32;
}

/** `out` = `gamma` / sqrt(`variance` + `epsilon`), for `channels`. */
export function normScale(all: NormScale, channels: i32): void {
  const width = (<usize>channels) << 2;
  for (let c: usize = 0; c < width; c += 4) {
    const deviation = sqrt<f32>(load<f32>(all.variance + c) + all.epsilon);
    store<f32>(all.out + c, load<f32>(all.gamma + c) / deviation);
  }
}

/** Addresses of a norm's arrays. */
@unmanaged
export class Norm {
  x: usize;
  mean: usize;
  scale: usize;
  beta: usize;
  out: usize;
}

/**
 * (x - mean) scale + beta.
 *
 * @param part of `parts`, each of which takes some rows
 */
export function norm(all: Norm, rows: i32, channels: i32, part: i32, parts: i32): void {
  const rowBytes = (<usize>channels) << 2;
  const begin = rowBytes * <usize>share(rows, part, parts);
  const end = rowBytes * <usize>share(rows, part + 1, parts);
  for (let row = begin; row < end; row += rowBytes)
    normRow(all.x + row, all.mean, all.scale, all.beta, rowBytes, all.out + row);
}

function moved(x: v128, mean: v128, scale: v128, beta: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(x, mean), scale), beta);
}

function normRow(x: usize, mean: usize, scale: usize, beta: usize, width: usize, out: usize): void {
  let c: usize = 0;
  for (; c + 64 <= width; c += 64) {
    const at = x + c,
      m = mean + c,
      s = scale + c,
      b = beta + c,
      to = out + c;
    v128.store(to, moved(v128.load(at), v128.load(m), v128.load(s), v128.load(b)));
    v128.store(to, moved(v128.load(at, 16), v128.load(m, 16), v128.load(s, 16), v128.load(b, 16)), 16);
    v128.store(to, moved(v128.load(at, 32), v128.load(m, 32), v128.load(s, 32), v128.load(b, 32)), 32);
    v128.store(to, moved(v128.load(at, 48), v128.load(m, 48), v128.load(s, 48), v128.load(b, 48)), 48);
  }
  for (let step = Lanes.step(c, width); c < width; c += step, step = Lanes.step(c, width)) {
    const factor = Lanes.load(scale + c, step);
    const value = moved(
      Lanes.load(x + c, step),
      Lanes.load(mean + c, step),
      factor,
      Lanes.load(beta + c, step),
    );
    Lanes.store(out + c, value, step);
  }
}
