/**
 * A matrix product without workgroup memory: what a thread reads of the first factor, the others of its subgroup get from its
 * registers. The programs of forward.ts, input-grad.ts and filter-grad.ts say how values come, as for shared-tiles.ts.
 *
 * A workgroup of 32 threads has a tile of 8 rows by 128 columns, each thread 8 rows by 4 columns. 16 terms at a time, each thread
 * reads one of eight blocks of 4 rows by 4 terms, four vectors, that of its place in the subgroup (above eight, one that another
 * has too), and its own columns of every term; there is no barrier. So 4 and 16 reads of four values are for 512 multiply-adds:
 * 0.039 each, against 0.094 of direct tiles, of which all but one in five hit what the threads beside read. Each block is handed
 * on from a lane that the program names. That is free where registers of all lanes can be named, as Intel's; elsewhere it takes
 * up to one read of a value for every four multiply-adds, and another way may be faster, which measuring tells.
 *
 * Blocks lie in the first eight lanes of each subgroup, so that any size of subgroups from eight on will do, also one that
 * differs from program to program, or that is larger than the workgroup; which threads are in one does not matter, for all
 * have the same rows. Smaller subgroups do not have this way.
 *
 * @see https://www.w3.org/TR/WGSL/#subgroup-builtin-functions
 */
import { times } from '../wgsl.ts';
import { sharedCode, type SharedProduct } from './shared-tiles.ts';
import { STEP } from './variants.ts';

/** Lanes that hold what is handed on: two blocks of rows for each of four blocks of terms. */
const BLOCKS = 8;

/** The whole program of a way whose threads share what they read. */
export const tiledCode = (product: SharedProduct): string =>
  product.variant.shared?.by === 'broadcast' ? broadcastCode(product) : sharedCode(product);

function broadcastCode({
  variant,
  head,
  tileRow,
  start,
  loop,
  left,
  right,
  isLeftByTerms,
  isRightByTerms,
  write,
}: SharedProduct): string {
  const { rows, columns } = variant.shared ?? { rows: 0, columns: 0 };
  const fourTerms = (block: number): string => `{
      let term = k + ${4 * block}u;
      ${right}
      ${times(rows, (i) => `let r${block}_${i} = subgroupBroadcast(held_${i % 4}, ${2 * block + Math.floor(i / 4)}u);`)}
      ${times(rows, (i) => sums(block, i, isLeftByTerms, isRightByTerms))}
    }`;
  const step = `
    {
      let term = k + row_term;
      ${left}
      ${times(4, (q) => `held_${q} = left_${q};`)}
    }
    ${times(STEP / 4, fourTerms)}`;
  return `${head}
@compute @workgroup_size(${columns / 4})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32, @builtin(subgroup_invocation_id) lane: u32) {
  let row_four = lane % 2u;
  let row_term = lane % ${BLOCKS}u / 2u * 4u;
  let column_four = thread;
  let first = ${tileRow} * ${rows}u;
  let column = group.x * ${columns}u;
  ${start}
  ${times(4, (q) => `var held_${q} = vec4f(0.0);`)}
  ${times(rows, (i) => `var sum${i} = vec4f(0.0);`)}
  ${loop(step)}
  ${times(rows, (i) => write(`(first + ${i}u)`, '(column + thread * 4u)', `sum${i}`))}
}`;
}

/** Four terms come into a row's sums of four columns. Vectors have four terms of a row, or four rows of a term. */
function sums(block: number, row: number, isLeftByTerms: boolean, isRightByTerms: boolean): string {
  const first = 4 * Math.floor(row / 4);
  const held = (i: number): string => `r${block}_${first + i}`;
  const value = (term: number): string =>
    isLeftByTerms ? `${held(row % 4)}[${term}]` : `${held(term)}[${row % 4}]`;
  const terms = [0, 1, 2, 3];
  if (!isRightByTerms)
    return `sum${row} += ${terms.map((term) => `${value(term)} * right_${term}`).join(' + ')};`;
  const vector = isLeftByTerms ? held(row % 4) : `vec4f(${terms.map(value).join(', ')})`;
  return `sum${row} += vec4f(${terms.map((column) => `dot(${vector}, right_${column})`).join(', ')});`;
}
