/** Owns how fixed outlines are written: as text, a point a comma, like the points of an SVG polygon. */

/** x, y in face units. */
export type Place = readonly [number, number];

/**
 * Reads `0 -1.25v, 0.8 -1`: x and y of each point; a number followed by v grows with the hair's volume.
 *
 * @throws TypeError where a point is not two numbers
 */
export function places(text: string, volume = 1): Place[] {
  return text.split(',').map((point) => {
    const [x, y, ...more] = point
      .trim()
      .split(' ')
      .map((part) => (part.endsWith('v') ? Number(part.slice(0, -1)) * volume : Number(part)));
    if (x === undefined || y === undefined || more.length > 0 || Number.isNaN(x + y)) {
      throw new TypeError(`places: expected "x y" for each point, got "${point}"`);
    }
    return [x, y];
  });
}

/** The same outline seen in a mirror, in the same sense of rotation. */
export function mirrored(outline: readonly Place[]): Place[] {
  return outline.map(([x, y]): Place => [-x, y]).reverse();
}
