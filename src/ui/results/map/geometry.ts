/** Where pictures lie on their map, and which of them a point, a circle or a line drawn around them means. */

/** In CSS pixels of the map. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Points that are alike in both directions, as far apart as they fit. */
export interface Placed {
  /** `[count, 2]`, in CSS pixels. */
  readonly xy: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Between the outermost points and the map's edge. */
const MARGIN = 18;

/**
 * Fits points into a map, the same scale for both axes, in its middle.
 *
 * @param points `[count, 2]`
 */
export function placed(points: Float32Array, width: number, height: number): Placed {
  const range = [0, 1].map((axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (let at = axis; at < points.length; at += 2) {
      low = Math.min(low, points[at]!);
      high = Math.max(high, points[at]!);
    }
    return points.length === 0 ? { middle: 0, extent: 1 } : { middle: (low + high) / 2, extent: high - low };
  });
  const room = [width, height].map((side) => Math.max(1, side - 2 * MARGIN));
  const scale = Math.min(...range.map(({ extent }, axis) => (room[axis] ?? 1) / Math.max(extent, 1e-9)));
  const xy = points.map((value, at) => {
    const middle = (at % 2 === 0 ? width : height) / 2;
    return middle + (value - (range[at % 2]?.middle ?? 0)) * scale;
  });
  return { xy, width, height };
}

/** The one of some points that lies next to a place, at most so far away; null where none does. */
export function nearest(
  { xy }: Placed,
  among: readonly number[],
  { x, y }: Place,
  most: number,
): number | null {
  let found: number | null = null;
  let least = most * most;
  for (const at of among) {
    const distance = (xy[at * 2]! - x) ** 2 + (xy[at * 2 + 1]! - y) ** 2;
    if (distance > least) continue;
    least = distance;
    found = at;
  }
  return found;
}

/** Those of some points within a circle, the nearest to its middle first. */
export function inCircle(
  { xy }: Placed,
  among: readonly number[],
  { x, y }: Place,
  radius: number,
): number[] {
  const distance = (at: number): number => (xy[at * 2]! - x) ** 2 + (xy[at * 2 + 1]! - y) ** 2;
  return among
    .filter((at) => distance(at) <= radius * radius)
    .sort((one, other) => distance(one) - distance(other));
}

/** Those of some points within a closed line, by how often a ray to the right crosses it. */
export function inLasso({ xy }: Placed, among: readonly number[], line: readonly Place[]): number[] {
  return among.filter((at) => {
    const [x, y] = [xy[at * 2]!, xy[at * 2 + 1]!];
    let isIn = false;
    let before = line.at(-1);
    for (const corner of line) {
      if (
        before !== undefined &&
        corner.y > y !== before.y > y &&
        x < ((before.x - corner.x) * (y - corner.y)) / (before.y - corner.y) + corner.x
      ) {
        isIn = !isIn;
      }
      before = corner;
    }
    return isIn;
  });
}
