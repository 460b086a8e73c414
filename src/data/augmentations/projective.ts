/**
 * Owns the arithmetic of projective maps. A map takes a pixel of the *output* to the place in the *input* that it is read from;
 * pixel centres are at whole numbers, and the picture's middle is at (size - 1) / 2, as in Keras.
 *
 * A point (x, y) is written (x, y, 1) and multiplied by a matrix of 3 x 3; what comes out, (u, v, k), is the point
 * (u / k, v / k). The last row is 0 0 1 for turning, scaling, shearing and shifting, and k is 1 then; with other numbers there,
 * lines stay lines but parallels may meet: what a camera sees that looks from the side. Two maps one after the other are the
 * product of their matrices, so that whatever a picture goes through it is read, and blurred, once. Maps go from output to input
 * because every output pixel needs one value, and because the product then runs backwards: what is done to the picture first
 * comes last. A matrix times any number is the same map, so eight numbers say it, and four points with their four images, of
 * two numbers each, are as many equations as it has unknowns.
 */

/** Row-major 3 x 3. */
export type Projective = readonly [
  number, number, number,
  number, number, number,
  number, number, number,
]; // oxfmt-ignore

export const IDENTITY: Projective = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** A point, x to the right and y down. */
export type Point = readonly [x: number, y: number];

/**
 * The map of two augmentations, one after the other: `first` is applied to the picture first, so that its map is
 * taken last on the way from output to input.
 */
export function compose(first: Projective, second: Projective): Projective {
  const at = (row: number, column: number): number =>
    first[row * 3]! * second[column]! +
    first[row * 3 + 1]! * second[column + 3]! +
    first[row * 3 + 2]! * second[column + 6]!;
  return [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2), at(2, 0), at(2, 1), at(2, 2)];
}

/** A linear map about the middle of a picture of `size` pixels: `x' = a x + b y`, `y' = c x + d y`. */
export function aboutMiddle(size: number, a: number, b: number, c: number, d: number): Projective {
  const middle = (size - 1) / 2;
  return [a, b, middle - a * middle - b * middle, c, d, middle - c * middle - d * middle, 0, 0, 1];
}

/**
 * The map that takes four points to four others, no three of either on a line.
 *
 * @see Heckbert, "Fundamentals of texture mapping and image warping", 1989, section 2.2.3
 */
export function fromCorners(from: readonly Point[], to: readonly Point[]): Projective {
  const rows = from.flatMap(([x, y], index) => {
    const [u, v] = to[index]!;
    return [
      [x, y, 1, 0, 0, 0, -x * u, -y * u, u],
      [0, 0, 0, x, y, 1, -x * v, -y * v, v],
    ];
  });
  const [a, b, c, d, e, f, g, h] = solve(rows);
  return [a!, b!, c!, d!, e!, f!, g!, h!, 1];
}

/** Gauss with partial pivoting; each row ends with its right side. */
function solve(rows: number[][]): number[] {
  for (let column = 0; column < rows.length; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < rows.length; row += 1) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < rows.length; row += 1) {
      if (row !== column) subtractRow(rows[row]!, rows[column]!, column);
    }
  }
  return rows.map((row, index) => row.at(-1)! / row[index]!);
}

function subtractRow(row: number[], pivotRow: readonly number[], column: number): void {
  const factor = row[column]! / pivotRow[column]!;
  for (let k = column; k < row.length; k += 1) row[k] = row[k]! - factor * pivotRow[k]!;
}
