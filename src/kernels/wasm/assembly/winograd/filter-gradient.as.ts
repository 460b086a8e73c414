/** The gradient by the filter from its components, G' dU G: winograd.as.ts has the mathematics. */
import { share } from '../geometry.as';
import { put } from './tiles.as';

/**
 * The gradient by the filter, `[9, channels, outChannels]`, from its components `[16, channels, outChannels]`.
 *
 * @param count values of a component
 * @param part of `parts`, which share them
 */
export function gradientOfFilter(made: usize, dw: usize, count: i32, part: i32, parts: i32): void {
  const apart = (<usize>count) << 2;
  const vectors = (count + 3) >> 2;
  for (let vector = share(vectors, part, parts); vector < share(vectors, part + 1, parts); vector++) {
    const at = (<usize>vector) << 4;
    const lanes = count - (vector << 2);
    for (let row = 0; row < 3; row++) {
      const s0 = gradientColumn(made + at, apart, row);
      const s1 = gradientColumn(made + at + apart, apart, row);
      const s2 = gradientColumn(made + at + 2 * apart, apart, row);
      const s3 = gradientColumn(made + at + 3 * apart, apart, row);
      const half = f32x4.splat(0.5);
      const sum = f32x4.mul(f32x4.add(s1, s2), half);
      const to = dw + at + apart * <usize>(3 * row);
      put(to, f32x4.add(s0, sum), lanes, -Infinity, Infinity);
      put(to + apart, f32x4.mul(f32x4.sub(s1, s2), half), lanes, -Infinity, Infinity);
      put(to + 2 * apart, f32x4.add(sum, s3), lanes, -Infinity, Infinity);
    }
  }
}

/** What a row of the transposed G makes of four components, one under the other. */
function gradientColumn(at: usize, apart: usize, row: i32): v128 {
  const down = 4 * apart;
  const b = v128.load(at + down);
  const c = v128.load(at + 2 * down);
  const half = f32x4.splat(0.5);
  if (row == 1) return f32x4.mul(f32x4.sub(b, c), half);
  const sum = f32x4.mul(f32x4.add(b, c), half);
  return f32x4.add(sum, v128.load(row == 0 ? at : at + 3 * down));
}
