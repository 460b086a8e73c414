/**
 * A matrix product through workgroup memory: the programs of forward.ts, input-grad.ts and filter-grad.ts say how four by four
 * values come from storage, and what becomes of a sum.
 *
 * A workgroup has a tile of 64 (or 128) rows by 64 columns. 16 terms at a time, each thread brings a block of 4 rows (or columns)
 * by 4 terms of either factor from storage as four vectors, turned where they lie the other way, so that memory has the four
 * rows of one term side by side; a barrier; then each thread takes, for each term, 8 rows and 8 (or 4) columns: 4 vectors for 64
 * multiply-adds, 0.0625 each, or 3 for 32. From storage comes one vector for every 64 multiply-adds of 4: a quarter of what
 * direct tiles of 4 by 8 ask of the first cache. At 128 multiply-adds and 8 vectors a clock, which a core of NVIDIA's has, tiles
 * of 8 by 8 are not bound by reads, and direct ones are to two thirds of the peak. The tiles take 8 KB of workgroup memory (12 KB
 * with 128 rows) of the 16 KB that every device has, so that some workgroups run on a core at a time, one's barrier under
 * another's work. Threads side by side have columns side by side: reads of memory hit different banks, writes are in one stretch.
 *
 * On software adapters a barrier costs ten times what it saves. `npm run bench -- --only gpu-kernels` gives GFLOP/s.
 */
import { times } from '../wgsl.ts';
import { STEP, type Variant } from './variants.ts';

/** How a product's factors are read and its sums written, in WGSL. */
export interface SharedProduct {
  readonly variant: Variant;
  /** Constants and functions. */
  readonly head: string;
  /** The tile's number among those of rows. */
  readonly tileRow: string;
  /**
   * What is worked out once; known are `group`, `thread`, `first` and `column` (the tile's first row and column), `row_four`
   * and `column_four` (of the thread's blocks, which begin at four times that from there).
   */
  readonly start: string;
  /** Puts the steps, which know `k`, the first term, into their loops. */
  readonly loop: (step: string) => string;
  /** Four vectors of the first factor, named left_0 to left_3; `term` is the first of their terms. */
  readonly left: string;
  readonly right: string;
  /** Whether a vector has four terms of one row, or four rows of one term. */
  readonly isLeftByTerms: boolean;
  readonly isRightByTerms: boolean;
  /** Writes the vector `value` of four columns; `row` and `at` are in the result. */
  readonly write: (row: string, at: string, value: string) => string;
}

/** Threads of a workgroup, by columns and rows. */
export function sharedThreads({ tile, shared }: Variant): { readonly x: number; readonly y: number } {
  const { rows, columns } = shared ?? { rows: 0, columns: 0 };
  return { x: columns / (4 * tile.fours), y: rows / tile.rows };
}

/** Four vectors into memory, four rows of one term each. */
function store(tile: string, side: string, block: string, fours: number, isByTerms: boolean): string {
  const vector = (q: number): string =>
    isByTerms ? `vec4f(${times(4, (i) => `${side}_${i}[${q}]`).replaceAll('\n', ', ')})` : `${side}_${q}`;
  return times(4, (q) => `${tile}[(${block}_term + ${q}u) * ${fours}u + ${block}_four] = ${vector(q)};`);
}

/** Neighbours read what lies side by side: terms, or rows. */
const block = (name: string, index: string, fours: number, isByTerms: boolean): string =>
  isByTerms
    ? `let ${name}_four = ${index} / 4u; let ${name}_term = ${index} % 4u * 4u;`
    : `let ${name}_four = ${index} % ${fours}u; let ${name}_term = ${index} / ${fours}u * 4u;`;

/**
 * How a product over taps and terms goes: four rows of a thread, of each where it is, and under each tap where its values are.
 *
 * @param place of a row, before the loop, and `source` of its values under a tap; a 1x1 at stride 1 needs neither
 */
export function overTaps(
  point: boolean,
  { from, to }: { readonly from: string; readonly to: string },
  place: (row: number) => string,
  source: (row: number) => string,
): Pick<SharedProduct, 'start' | 'loop'> {
  return {
    start: times(
      4,
      (i) => `let row${i} = min(first + row_four * 4u + ${i}u, uniforms.rows - 1u);
  ${point ? `let source${i} = row${i};` : place(i)}`,
    ),
    loop: (step) => `for (var tap = 0u; tap < FILTER_HEIGHT * FILTER_WIDTH; tap++) {
    ${point ? '' : times(4, source)}
    for (var k = ${from}; k < ${to}; k += ${STEP}u) {${step}
    }
  }`,
  };
}

/** The whole program. */
export function sharedCode(product: SharedProduct): string {
  const { variant, head, tileRow, start, loop, left, right, isLeftByTerms, isRightByTerms, write } = product;
  const { rows, columns } = variant.shared ?? { rows: 0, columns: 0 };
  const { tile } = variant;
  const { x, y } = sharedThreads(variant);
  const threads = x * y;
  const each = (line: (i: number) => string): string => times(tile.rows, line);
  const eachFour = (line: (j: number) => string): string => times(tile.fours, line);
  const step = `
    if (thread < ${rows}u) {
      let term = k + row_term;
      ${left}
      ${store('rows_of', 'left', 'row', rows / 4, isLeftByTerms)}
    }
    if (thread >= ${threads - columns}u) {
      let term = k + column_term;
      ${right}
      ${store('columns_of', 'right', 'column', columns / 4, isRightByTerms)}
    }
    workgroupBarrier();
    for (var t = 0u; t < ${STEP}u; t++) {
      ${times(tile.rows / 4, (i) => `let r${i} = rows_of[t * ${rows / 4}u + local.y * ${tile.rows / 4}u + ${i}u];`)}
      ${eachFour((j) => `let c${j} = columns_of[t * ${columns / 4}u + local.x + ${j * x}u];`)}
      ${each((i) => eachFour((j) => `sum${i}_${j} += r${Math.floor(i / 4)}[${i % 4}] * c${j};`))}
    }
    workgroupBarrier();`;
  return `${head}
var<workgroup> rows_of: array<vec4f, ${(rows * STEP) / 4}>;
var<workgroup> columns_of: array<vec4f, ${(columns * STEP) / 4}>;
@compute @workgroup_size(${x}, ${y})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) thread: u32) {
  ${block('row', `(thread % ${rows}u)`, rows / 4, isLeftByTerms)}
  ${block('column', `(thread % ${columns}u)`, columns / 4, isRightByTerms)}
  let first = ${tileRow} * ${rows}u;
  let column = group.x * ${columns}u;
  ${start}
  ${each((i) => eachFour((j) => `var sum${i}_${j} = vec4f(0.0);`))}
  ${loop(step)}
  ${each((i) =>
    eachFour((j) =>
      write(
        `(first + local.y * ${tile.rows}u + ${i}u)`,
        `(column + (local.x + ${j * x}u) * 4u)`,
        `sum${i}_${j}`,
      ),
    ),
  )}
}`;
}
