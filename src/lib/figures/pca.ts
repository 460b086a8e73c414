/**
 * Principal components of a table of numbers, by subspace iteration: of the centred table X, `[rows, columns]`, the widest
 * directions come to lie in the span of (X'X)^q X'X G for a random G of some more columns than components are wanted,
 * which q = 3 rounds narrow to them. X'X is never made: each round multiplies by X and by its transpose, and makes the
 * columns orthonormal (Gram and Schmidt, twice). Within that small subspace the components are exact: eigenvectors of the
 * covariance of X there, by Jacobi's rotations.
 *
 * 10,000 rows of 1,280 columns take some seconds where their covariance alone would take a minute.
 *
 * @see Halko, Martinsson and Tropp, Finding structure with randomness, 2011; sklearn.decomposition.PCA
 */
import { keyedRandom } from '../random.ts';

/** Columns beside those that are wanted, and rounds: with them the wanted ones are exact to float32. */
const BESIDE = 8;
const ROUNDS = 3;
/** Far more than small tables take. */
const MOST_SWEEPS = 30;

/** A table in fewer columns. */
export interface Components {
  /** `[rows, count]`, the widest component first; of each the loading that is largest is positive, as scikit-learn has it. */
  readonly points: Float32Array<ArrayBuffer>;
  readonly count: number;
  /** Of each component, its share of the table's variance, 0 to 1. */
  readonly shares: readonly number[];
}

/** A matrix of columns one after another, each of `height` numbers. */
interface Columns {
  readonly height: number;
  readonly columns: Float64Array[];
}

/**
 * The first components of a table. There are no more than it has rows and columns.
 *
 * @param table `[rows, columns]`; it is centred in place
 */
export function principalComponents(table: Float32Array, rows: number, wanted: number): Components {
  const width = rows === 0 ? 0 : table.length / rows;
  const variance = centre(table, rows, width);
  const count = Math.min(wanted, rows, width);
  const random = keyedRandom(42, 'principal components');
  const started = Array.from({ length: Math.min(count + BESIDE, rows, width) }, () =>
    Float64Array.from({ length: width }, () => random.normal()),
  );
  let basis: Columns = { height: width, columns: started };
  for (let round = 0; round <= ROUNDS; round++) {
    basis = orthonormal(timesTransposed(table, width, times(table, rows, basis)));
  }
  const within = times(table, rows, basis);
  const { values, vectors } = eigenOf(gram(within));
  const order = values.map((_, at) => at).sort((one, other) => (values[other] ?? 0) - (values[one] ?? 0));
  const points = new Float32Array(rows * count);
  for (let component = 0; component < count; component++) {
    const vector = vectors[order[component] ?? 0] ?? [];
    const sign = signOf(combined(basis, vector));
    const column = combined(within, vector);
    for (let row = 0; row < rows; row++) points[row * count + component] = sign * (column[row] ?? 0);
  }
  const shares = order.slice(0, count).map((at) => (variance === 0 ? 0 : (values[at] ?? 0) / variance));
  return { points, count, shares };
}

/** Takes the mean of each column away; gives the sum of all squares that are left. */
function centre(table: Float32Array, rows: number, width: number): number {
  const means = new Float64Array(width);
  for (let at = 0; at < table.length; at++) means[at % width]! += table[at]!;
  let squares = 0;
  for (let at = 0; at < table.length; at++) {
    const value = table[at]! - means[at % width]! / rows;
    table[at] = value;
    squares += value * value;
  }
  return squares;
}

/** The table by some columns: `[rows, columns]`. */
function times(table: Float32Array, rows: number, { height: width, columns }: Columns): Columns {
  const result = columns.map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row++) {
    const values = table.subarray(row * width, (row + 1) * width);
    for (const [at, column] of columns.entries()) {
      let sum = 0;
      for (let index = 0; index < width; index++) sum += values[index]! * column[index]!;
      result[at]![row] = sum;
    }
  }
  return { height: rows, columns: result };
}

/** The table's transpose by some columns: `[width, columns]`. */
function timesTransposed(table: Float32Array, width: number, { height: rows, columns }: Columns): Columns {
  const result = columns.map(() => new Float64Array(width));
  for (let row = 0; row < rows; row++) {
    const values = table.subarray(row * width, (row + 1) * width);
    for (const [at, column] of columns.entries()) {
      const factor = column[row]!;
      const sums = result[at]!;
      for (let index = 0; index < width; index++) sums[index]! += values[index]! * factor;
    }
  }
  return { height: width, columns: result };
}

/** Columns that span the same, of length 1 and at right angles; one that the others span already becomes 0. */
function orthonormal({ height, columns }: Columns): Columns {
  const done: Float64Array[] = [];
  for (const column of columns) {
    const before = Math.sqrt(dot(column, column));
    // Once more, since the first pass leaves what rounding lost.
    for (let pass = 0; pass < 2; pass++) {
      for (const other of done) {
        const along = dot(column, other);
        for (let at = 0; at < height; at++) column[at]! -= along * other[at]!;
      }
    }
    const length = Math.sqrt(dot(column, column));
    const factor = length > before * 1e-10 ? 1 / length : 0;
    for (let at = 0; at < height; at++) column[at]! *= factor;
    done.push(column);
  }
  return { height, columns: done };
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!;
  return sum;
}

const gram = ({ columns }: Columns): number[][] =>
  columns.map((one) => columns.map((other) => dot(one, other)));

function combined({ height, columns }: Columns, shares: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(height);
  for (const [index, column] of columns.entries()) {
    for (let at = 0; at < height; at++) sum[at]! += column[at]! * (shares[index] ?? 0);
  }
  return sum;
}

function signOf(loadings: Float64Array): 1 | -1 {
  let largest = 0;
  for (const loading of loadings) if (Math.abs(loading) > Math.abs(largest)) largest = loading;
  return largest < 0 ? -1 : 1;
}

/** Eigenvalues of a small symmetric matrix and their vectors, in the same order; the matrix is used up. */
function eigenOf(matrix: number[][]): { readonly values: number[]; readonly vectors: number[][] } {
  const size = matrix.length;
  const vectors = matrix.map((_, row) => matrix.map((_each, column) => (row === column ? 1 : 0)));
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    let all = 0;
    for (const [row, line] of matrix.entries()) {
      for (const [column, value] of line.entries()) {
        all += value * value;
        if (row !== column) off += value * value;
      }
    }
    if (off <= all * 1e-28) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(matrix, vectors, p, q);
  }
  return { values: matrix.map((line, at) => line[at] ?? 0), vectors };
}

/** Turns two axes so that they do not go together any more. */
function rotate(matrix: number[][], vectors: number[][], p: number, q: number): void {
  const [lineP, lineQ] = [matrix[p]!, matrix[q]!];
  if (lineP[q] === 0) return;
  const ratio = (lineQ[q]! - lineP[p]!) / (2 * lineP[q]!);
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(ratio, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (const line of matrix) {
    [line[p], line[q]] = [cosine * line[p]! - sine * line[q]!, sine * line[p]! + cosine * line[q]!];
  }
  for (const [one, other] of [
    [lineP, lineQ],
    [vectors[p]!, vectors[q]!],
  ] as const) {
    for (let at = 0; at < one.length; at++) {
      [one[at], other[at]] = [cosine * one[at]! - sine * other[at]!, sine * one[at]! + cosine * other[at]!];
    }
  }
}
