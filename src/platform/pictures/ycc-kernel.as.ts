/**
 * The colours of a JPEG whose two colour planes have half of its width and height, as libjpeg makes them, on SIMD;
 * ycc-kernel.ts starts the module, and has the words.
 *
 * @see libjpeg-turbo h2v2_fancy_upsample (jdsample.c) and ycc_rgb_convert (jdcolor.c)
 */

/** Eight bytes from an address on, 16 bits each. */
function wide(at: usize): v128 {
  return v128.load_ext<u8>(at);
}

function threefold(x: v128): v128 {
  return i16x8.add(x, i16x8.shl(x, 1));
}

/** The sixteenth of a sum, less 128. */
function centred(sum: v128, other: v128, rounding: i16): v128 {
  return i16x8.sub(i16x8.shr_u(i16x8.add(i16x8.add(sum, other), i16x8.splat(rounding)), 4), i16x8.splat(128));
}

/**
 * One row of a colour plane to twice its width, 16 bits a value, less 128. A value is three parts of the nearest and
 * one of the next, across and down; at the edges the nearest is its own neighbour. `sums` has room for a value
 * before the first, and all three may be read or written for 16 bytes beyond their ends.
 */
function widen(near: usize, far: usize, columns: usize, sums: usize, into: usize): void {
  for (let i: usize = 0; i < columns; i += 8) {
    v128.store(sums + (i << 1), i16x8.add(threefold(wide(near + i)), wide(far + i)));
  }
  store<u16>(sums - 2, load<u16>(sums));
  const last = sums + (columns << 1);
  store<u16>(last, load<u16>(last - 2));
  for (let i: usize = 0; i < columns; i += 8) {
    const at = sums + (i << 1);
    const sum = threefold(v128.load(at));
    const even = centred(sum, v128.load(at - 2), 8);
    const odd = centred(sum, v128.load(at, 2), 7);
    const to = into + (i << 2);
    v128.store(to, v128.shuffle<i16>(even, odd, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(to, v128.shuffle<i16>(even, odd, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  }
}

/** -0.34414 blue + 0.28586 red of four pixels, whose pairs these are, rounded once. */
function green(pairs: v128): v128 {
  const factors = i16x8(-22554, 18734, -22554, 18734, -22554, 18734, -22554, 18734);
  return i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(pairs, factors), i32x4.splat(32768)), 16);
}

/**
 * One row of brightness and colours to RGB, 8 pixels at a time: 24 bytes, of which the last may be too many. libjpeg's
 * factors have 16 bits behind the point; those that do not fit are taken less a whole number.
 */
function colour(y: usize, cb: usize, cr: usize, into: usize, columns: usize): void {
  for (let x: usize = 0; x < columns; x += 8, into += 24) {
    const light = wide(y + x);
    const blue = v128.load(cb + (x << 1));
    const red = v128.load(cr + (x << 1));
    // R = Y + 1.402 Cr: 13173 / 2^15 rounds as 26345 / 2^16 does for every Cr.
    const r = i16x8.add(i16x8.add(light, red), i16x8.q15mulr_sat_s(red, i16x8.splat(13173)));
    // B = Y + 1.772 Cb.
    const b = i16x8.add(i16x8.add(light, i16x8.shl(blue, 1)), i16x8.q15mulr_sat_s(blue, i16x8.splat(-7471)));
    // G = Y - 0.34414 Cb - 0.71414 Cr, rounded once.
    const low = green(v128.shuffle<i16>(blue, red, 0, 8, 1, 9, 2, 10, 3, 11));
    const high = green(v128.shuffle<i16>(blue, red, 4, 12, 5, 13, 6, 14, 7, 15));
    const g = i16x8.add(i16x8.sub(light, red), i16x8.narrow_i32x4_s(low, high));
    const redGreen = i8x16.narrow_i16x8_u(r, g);
    const blues = i8x16.narrow_i16x8_u(b, b);
    v128.store(
      into,
      v128.shuffle<i8>(redGreen, blues, 0, 8, 16, 1, 9, 17, 2, 10, 18, 3, 11, 19, 4, 12, 20, 5),
    );
    const rest = v128.shuffle<i8>(redGreen, blues, 13, 21, 6, 14, 22, 7, 15, 23, 0, 0, 0, 0, 0, 0, 0, 0);
    v128.store_lane<i64>(into, rest, 0, 16);
  }
}

/**
 * Planes to RGB. `scratch` is as `widen` wants its sums; behind it, each at `scratchBytes`, two rows of colours.
 */
export function rgb(
  y: usize,
  cb: usize,
  cr: usize,
  into: usize,
  columns: usize,
  rows: usize,
  scratch: usize,
  scratchBytes: usize,
): void {
  const halfColumns = (columns + 1) >> 1;
  const last = ((rows + 1) >> 1) - 1;
  const blues = scratch + scratchBytes;
  const reds = blues + scratchBytes;
  for (let row: usize = 0; row < rows; row++, y += columns, into += columns * 3) {
    // The nearest row of colours, and the next nearest: above an even row, below an odd one.
    const nearest = row >> 1;
    const next = row & 1 ? min(nearest + 1, last) : nearest == 0 ? 0 : nearest - 1;
    const near = nearest * halfColumns;
    const far = next * halfColumns;
    widen(cb + near, cb + far, halfColumns, scratch, blues);
    widen(cr + near, cr + far, halfColumns, scratch, reds);
    colour(y, blues, reds, into, columns);
  }
}
