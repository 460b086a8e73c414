/**
 * Gradient of a convolution's (or dense layer's) filter and bias, as sums over parts of the batch.
 *
 * Here the product's sum runs over positions, of which there are thousands, and its result is only as large as the filter. A
 * thread for each weight, as tfjs has it, reads two values for each multiply-add. A tile of 8 input channels by 4 output
 * channels reads 3 times four values for 32 multiply-adds, 0.094 each, as the forward pass does. But a filter of 96 by 576
 * has only 1,728 such tiles, so the batch is summed in up to 64 parts by lines of output positions, until 16,384 threads have
 * work; `unfold` (fold.ts) adds the parts, on its way through the BatchNorm. A further row of threads sums what the bias gets.
 * Which output columns a tap reads from inside the picture is worked out once a thread, so that the innermost loop has no test.
 * So the direct way of variants.ts; by its roofline two thirds of a large GPU's peak is the most that comes out. Through
 * workgroup memory (shared-tiles.ts) a tile has 64 input by 64 output channels of one tap, and parts are stretches of positions.
 *
 * On a software adapter, `npm run bench -- --only gpu-kernels`: 30 times tfjs' program for a 1x1 of 2x14x14x96 to 576, 24 times
 * for a 3x3 of 64 channels.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { isHalved } from '../../halved.ts';
import { allocate, dispatch, type Gpu } from '../gpu.ts';
import { constants, filterRows, flopsOf, outRows, type LinearShape } from '../shape.ts';
import { elementOf, reader, storedAs, times, writer } from '../wgsl.ts';
import { corner, source } from './forward.ts';
import { sharedThreads } from './shared-tiles.ts';
import { tiledCode } from './subgroup-tiles.ts';
import { featuresOf, groupsOf, loadsPerFma, productOf, STEP, variantOf, type Variant } from './variants.ts';

/** Threads that keep a large GPU busy. */
const MANY_THREADS = 16_384;
/** Output channels of a direct thread's tile. */
const TILE = 4;

/** The same with fewer input channels where they do not come in as many: more of them read each output gradient less often. */
function tiled(variant: Variant, { inChannels }: LinearShape): Variant {
  const { tile, shared } = variant;
  return shared !== null || inChannels % tile.rows === 0
    ? variant
    : { ...variant, tile: { ...tile, rows: 4 } };
}

/** Parts that the batch is summed in: more where the filter alone does not keep the GPU busy. */
export function partsOf(shape: LinearShape, threads: number): number {
  const lines = shape.batch * shape.outHeight;
  return Math.max(1, Math.min(64, Math.ceil(MANY_THREADS / threads), Math.floor(lines / 4)));
}

/** @returns `[parts, filterRows + 1, outChannels]`; the last row of each part is the bias' */
export function filterGradParts(gpu: Gpu, shape: LinearShape, x: TensorInfo, dz: TensorInfo): TensorInfo {
  const variant = tiled(variantOf(gpu, 'filterGrad', shape), shape);
  const { parts, code, uniforms, groups } = (variant.shared === null ? direct : shared)(
    shape,
    variant,
    isHalved(x),
  );
  const out = allocate(gpu, [parts, filterRows(shape) + 1, shape.outChannels]);
  dispatch(gpu, {
    label: `convolution, filter gradient: ${variant.name}`,
    code,
    bindings: [
      { name: 'x', type: storedAs(x, shape.inChannels), tensor: x },
      { name: 'dz', type: elementOf(shape.outChannels), tensor: dz },
      { name: 'sums', type: elementOf(shape.outChannels), tensor: out, isWritten: true },
    ],
    uniforms: Object.entries(uniforms).map(([name, value]) => ({ name, type: 'u32', value })),
    features: featuresOf(variant),
    groups: [groups[0], groups[1], parts],
    work: { flops: flopsOf(shape), loadsPerFma: directLoads(variant) },
  });
  return out;
}

/** A direct tile takes one position at a time. */
const directLoads = (variant: Variant): number =>
  variant.shared === null ? (variant.tile.rows / 4 + 1) / (4 * variant.tile.rows) : loadsPerFma(variant);

/** How the sums are laid out, and the program for it. */
interface Layout {
  readonly parts: number;
  readonly code: string;
  readonly uniforms: Readonly<Record<string, number>>;
  /** In columns and rows. */
  readonly groups: readonly [number, number];
}

const taps = ({ filterHeight, filterWidth }: LinearShape): number => filterHeight * filterWidth;

const headOf = (shape: LinearShape, rowsATile: number, isOfHalves: boolean): string => `${constants(shape)}
const TILES_A_TAP = ${Math.ceil(shape.inChannels / rowsATile)}u;
const TAPS = FILTER_HEIGHT * FILTER_WIDTH;
const ROWS = TAPS * IN_CHANNELS + 1u;
${reader('x', shape.inChannels, isOfHalves)}
${reader('dz', shape.outChannels)}
${writer('sums', shape.outChannels)}`;

function direct(shape: LinearShape, { tile }: Variant, isOfHalves: boolean): Layout {
  const kTiles = taps(shape) * Math.ceil(shape.inChannels / tile.rows) + 1;
  const nTiles = Math.ceil(shape.outChannels / TILE);
  const parts = partsOf(shape, kTiles * nTiles);
  const lines = shape.batch * shape.outHeight;
  return {
    parts,
    code: directCode(shape, tile.rows, isOfHalves),
    uniforms: { lines, lines_a_part: Math.ceil(lines / parts) },
    groups: [Math.ceil(nTiles / 8), Math.ceil(kTiles / 8)],
  };
}

function directCode(shape: LinearShape, rows: number, isOfHalves: boolean): string {
  const value = (k: number): string => `value${Math.floor(k / 4)}[${k % 4}]`;
  return `${headOf(shape, rows, isOfHalves)}
@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * ${TILE}u;
  let tap = id.y / TILES_A_TAP;
  if (n >= OUT_CHANNELS || id.y > TAPS * TILES_A_TAP) { return; }
  let c = id.y % TILES_A_TAP * ${rows}u;
  let start = id.z * uniforms.lines_a_part;
  let end = min(start + uniforms.lines_a_part, uniforms.lines);
  ${times(rows, (k) => `var sum${k} = vec4f(0.0);`)}
  if (tap == TAPS) {
    for (var row = start * OUT_WIDTH; row < end * OUT_WIDTH; row++) { sum0 += read_dz(row, n); }
    write_sums(id.z * ROWS + ROWS - 1u, n, sum0);
    return;
  }
  // The output columns whose tap lies inside.
  let shift = i32(tap % FILTER_WIDTH) - PAD_LEFT;
  let first = u32(max(0, -shift) + i32(STRIDE_WIDTH) - 1) / STRIDE_WIDTH;
  let last = min(OUT_WIDTH, u32(max(0, i32(IN_WIDTH) - 1 - shift + i32(STRIDE_WIDTH))) / STRIDE_WIDTH);
  for (var line = start; line < end; line++) {
    let inY = i32(line % OUT_HEIGHT * STRIDE_HEIGHT + tap / FILTER_WIDTH) - PAD_TOP;
    if (inY < 0 || inY >= i32(IN_HEIGHT)) { continue; }
    let source = (line / OUT_HEIGHT * IN_HEIGHT + u32(inY)) * IN_WIDTH;
    for (var outX = first; outX < last; outX++) {
      let at = source + u32(i32(outX * STRIDE_WIDTH) + shift);
      ${times(rows / 4, (j) => `let value${j} = read_x(at, c + ${j * 4}u);`)}
      let d = read_dz(line * OUT_WIDTH + outX, n);
      ${times(rows, (k) => `sum${k} += ${value(k)} * d;`)}
    }
  }
  let row = id.z * ROWS + tap * IN_CHANNELS + c;
  ${times(rows, (k) => `if (c + ${k}u < IN_CHANNELS) { write_sums(row + ${k}u, n, sum${k}); }`)}
}`;
}

function shared(shape: LinearShape, variant: Variant, isOfHalves: boolean): Layout {
  const { x, y } = sharedThreads(variant);
  const [across, down] = groupsOf(variant, productOf('filterGrad', shape));
  const groups = [across, taps(shape) * down + 1] as const;
  const positions = outRows(shape);
  const wanted = partsOf(shape, groups[0] * groups[1] * x * y);
  const aPart = Math.ceil(positions / wanted / STEP) * STEP;
  return {
    parts: Math.ceil(positions / aPart),
    code: sharedFilterGrad(shape, variant, isOfHalves),
    uniforms: { positions, positions_a_part: aPart },
    groups,
  };
}

/** Each thread sums what four channels of the bias get. */
const biasAlone = `let at = column + thread * 4u;
    var total = vec4f(0.0);
    for (var row = start; row < end; row++) { total += read_dz(row, at); }
    if (at < OUT_CHANNELS) { write_sums(group.z * ROWS + ROWS - 1u, at, total); }`;

/** So do those that have the same four of a tile's 64 columns, each some positions, and the first of them adds that up. */
const biasTogether = (threads: number): string => `let four = thread % 16u;
    var total = vec4f(0.0);
    for (var row = start + thread / 16u; row < end; row += ${threads / 16}u) { total += read_dz(row, column + four * 4u); }
    columns_of[thread] = total;
    workgroupBarrier();
    if (thread < 16u && column + four * 4u < OUT_CHANNELS) {
      for (var other = thread + 16u; other < ${threads}u; other += 16u) { total += columns_of[other]; }
      write_sums(group.z * ROWS + ROWS - 1u, column + four * 4u, total);
    }`;

/** One position's channels are side by side in both factors; those behind the part's last position are 0. */
function sharedFilterGrad(shape: LinearShape, variant: Variant, isOfHalves: boolean): string {
  const { x, y } = sharedThreads(variant);
  const rows = variant.shared?.rows ?? 0;
  const position = (q: number): string => `let row${q} = min(term + ${q}u, end - 1u);
      ${corner(q)}
      ${source(q)}
      let left_${q} = select(vec4f(0.0), read_x(source${q}, first + row_four * 4u), inside${q} && term + ${q}u < end);`;
  const gradient = (q: number): string =>
    `let right_${q} = select(vec4f(0.0), read_dz(min(term + ${q}u, end - 1u), column + column_four * 4u), term + ${q}u < end);`;
  return tiledCode({
    variant,
    head: headOf(shape, rows, isOfHalves),
    tileRow: 'group.y % TILES_A_TAP',
    start: `let tap = group.y / TILES_A_TAP;
  let start = group.z * uniforms.positions_a_part;
  let end = min(start + uniforms.positions_a_part, uniforms.positions);
  if (tap == TAPS) {
    ${variant.shared?.by === 'broadcast' ? biasAlone : biasTogether(x * y)}
    return;
  }`,
    loop: (step) => `for (var k = start; k < end; k += ${STEP}u) {${step}
  }`,
    left: times(4, position),
    right: times(4, gradient),
    isLeftByTerms: false,
    isRightByTerms: false,
    write: (row, at, value) =>
      `if (${row} < IN_CHANNELS && ${at} < OUT_CHANNELS) { write_sums(group.z * ROWS + tap * IN_CHANNELS + ${row}, ${at}, ${value}); }`,
  });
}
