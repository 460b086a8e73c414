/**
 * A picture in tiles of two by two outputs, and what lies under them, as components: of the input B' d B, of the gradient that
 * came in A dY A'. winograd.as.ts has the mathematics.
 */
import { between, Geometry, rowAt, share } from '../geometry.as';

/** Outputs of a tile, each way. */
export const TILE: i32 = 2;

/** Lines of tiles of a picture. */
export function lines(g: Geometry): i32 {
  return (g.outHeight + TILE - 1) / TILE;
}

/** Tiles of a line. */
export function across(g: Geometry): i32 {
  return (g.outWidth + TILE - 1) / TILE;
}

/** Stores so many of four values, held between the bounds. */
export function put(at: usize, value: v128, lanes: i32, low: f32, high: f32): void {
  const held = between(value, f32x4.splat(low), f32x4.splat(high));
  if (lanes >= 4) v128.store(at, held);
  else {
    store<f32>(at, f32x4.extract_lane(held, 0));
    if (lanes > 1) store<f32>(at + 4, f32x4.extract_lane(held, 1));
    if (lanes > 2) store<f32>(at + 8, f32x4.extract_lane(held, 2));
  }
}

/** The 4x4 rows under a tile, as components: `to` is the tile's row in the first of them. */
export function take(
  g: Geometry,
  x: usize,
  zero: usize,
  channels: i32,
  tile: i32,
  to: usize,
  apart: usize,
): void {
  const rowBytes = (<usize>channels) << 2;
  const line = tile / across(g);
  const n = line / lines(g);
  const picture = x + rowBytes * <usize>(n * g.inHeight * g.inWidth);
  const top = TILE * (line - n * lines(g)) - g.padTop;
  const left = TILE * (tile - line * across(g)) - g.padLeft;
  for (let row = 0; row < 4; row++, to += 4 * apart) {
    // Of each column two rows of the input, added or taken away.
    const one = row == 0 ? 0 : row == 2 ? 2 : 1;
    const other = row == 0 ? 2 : row == 2 ? 1 : row == 3 ? 3 : 2;
    const a0 = rowOr(g, picture, rowBytes, top + one, left, zero);
    const a1 = rowOr(g, picture, rowBytes, top + one, left + 1, zero);
    const a2 = rowOr(g, picture, rowBytes, top + one, left + 2, zero);
    const a3 = rowOr(g, picture, rowBytes, top + one, left + 3, zero);
    const b0 = rowOr(g, picture, rowBytes, top + other, left, zero);
    const b1 = rowOr(g, picture, rowBytes, top + other, left + 1, zero);
    const b2 = rowOr(g, picture, rowBytes, top + other, left + 2, zero);
    const b3 = rowOr(g, picture, rowBytes, top + other, left + 3, zero);
    const sign: f32 = row == 1 ? 1 : -1;
    let at: usize = 0;
    for (; at + 16 <= rowBytes; at += 16) {
      const t0 = signed(v128.load(a0 + at), v128.load(b0 + at), sign);
      const t1 = signed(v128.load(a1 + at), v128.load(b1 + at), sign);
      const t2 = signed(v128.load(a2 + at), v128.load(b2 + at), sign);
      const t3 = signed(v128.load(a3 + at), v128.load(b3 + at), sign);
      v128.store(to + at, f32x4.sub(t0, t2));
      v128.store(to + at + apart, f32x4.add(t1, t2));
      v128.store(to + at + 2 * apart, f32x4.sub(t2, t1));
      v128.store(to + at + 3 * apart, f32x4.sub(t1, t3));
    }
    for (; at < rowBytes; at += 4) {
      const t0 = load<f32>(a0 + at) + sign * load<f32>(b0 + at);
      const t1 = load<f32>(a1 + at) + sign * load<f32>(b1 + at);
      const t2 = load<f32>(a2 + at) + sign * load<f32>(b2 + at);
      const t3 = load<f32>(a3 + at) + sign * load<f32>(b3 + at);
      store<f32>(to + at, t0 - t2);
      store<f32>(to + at + apart, t1 + t2);
      store<f32>(to + at + 2 * apart, t2 - t1);
      store<f32>(to + at + 3 * apart, t1 - t3);
    }
  }
}

/** `a + sign b`, the sign being 1 or -1: exact as an addition or a subtraction is. */
function signed(a: v128, b: v128, sign: f32): v128 {
  return sign > 0 ? f32x4.add(a, b) : f32x4.sub(a, b);
}

function rowOr(g: Geometry, picture: usize, rowBytes: usize, y: i32, x: i32, zero: usize): usize {
  const row = rowAt(g, picture, rowBytes, y, x);
  return row == 0 ? zero : row;
}

/** Makes components of a picture's tiles: `to` becomes `[16][tiles][channels]`. @param part of `parts`, which share the tiles */
export function transformInput(
  g: Geometry,
  x: usize,
  to: usize,
  zero: usize,
  pictures: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const tiles = pictures * lines(g) * across(g);
  const rowBytes = (<usize>channels) << 2;
  for (let tile = share(tiles, part, parts); tile < share(tiles, part + 1, parts); tile++) {
    take(g, x, zero, channels, tile, to + rowBytes * <usize>tile, rowBytes * <usize>tiles);
  }
}

/** The same of the gradient that came in, `[pictures, outHeight, outWidth, channels]`: A dY A' of each tile. */
export function transformGradient(
  g: Geometry,
  dy: usize,
  to: usize,
  zero: usize,
  pictures: i32,
  channels: i32,
  part: i32,
  parts: i32,
): void {
  const tiles = pictures * lines(g) * across(g);
  const rowBytes = (<usize>channels) << 2;
  const apart = rowBytes * <usize>tiles;
  const lineBytes = rowBytes * <usize>g.outWidth;
  for (let tile = share(tiles, part, parts); tile < share(tiles, part + 1, parts); tile++) {
    const line = tile / across(g);
    const n = line / lines(g);
    const y = TILE * (line - n * lines(g));
    const x = TILE * (tile - line * across(g));
    const first = dy + rowBytes * <usize>((n * g.outHeight + y) * g.outWidth + x);
    const hasRight = x + 1 < g.outWidth;
    const hasBelow = y + 1 < g.outHeight;
    const right = hasRight ? first + rowBytes : zero;
    const below = hasBelow ? first + lineBytes : zero;
    const corner = hasRight && hasBelow ? first + lineBytes + rowBytes : zero;
    const out = to + rowBytes * <usize>tile;
    let at: usize = 0;
    for (; at + 16 <= rowBytes; at += 16) {
      const a = v128.load(first + at);
      const b = v128.load(right + at);
      const c = v128.load(below + at);
      const d = v128.load(corner + at);
      spread(out + at, apart, a, b);
      spread(out + at + 4 * apart, apart, f32x4.add(a, c), f32x4.add(b, d));
      spread(out + at + 8 * apart, apart, f32x4.sub(a, c), f32x4.sub(b, d));
      spread(out + at + 12 * apart, apart, f32x4.neg(c), f32x4.neg(d));
    }
    for (; at < rowBytes; at += 4) {
      const a = load<f32>(first + at);
      const b = load<f32>(right + at);
      const c = load<f32>(below + at);
      const d = load<f32>(corner + at);
      spreadOne(out + at, apart, a, b);
      spreadOne(out + at + 4 * apart, apart, a + c, b + d);
      spreadOne(out + at + 8 * apart, apart, a - c, b - d);
      spreadOne(out + at + 12 * apart, apart, -c, -d);
    }
  }
}

/** What A makes of two values beside each other. */
function spread(to: usize, apart: usize, a: v128, b: v128): void {
  v128.store(to, a);
  v128.store(to + apart, f32x4.add(a, b));
  v128.store(to + 2 * apart, f32x4.sub(a, b));
  v128.store(to + 3 * apart, f32x4.neg(b));
}

function spreadOne(to: usize, apart: usize, a: f32, b: f32): void {
  store<f32>(to, a);
  store<f32>(to + apart, a + b);
  store<f32>(to + 2 * apart, a - b);
  store<f32>(to + 3 * apart, -b);
}
