/**
 * Gradient of a convolution's (or dense layer's) filter and bias, as sums over parts of the batch.
 *
 * Here the product's sum runs over positions, of which there are thousands, and its result is only as large as the filter. A
 * thread for each weight, as tfjs has it, reads two values for each multiply-add. A tile of 8 input channels by 4 output
 * channels reads 3 times four values for 32 multiply-adds, 0.094 each, as the forward pass does. But a filter of 96 by 576
 * has only 1,728 such tiles, so the batch is summed in up to 64 parts by lines of output positions, until 16,384 threads have
 * work; `unfold` (fold.ts) adds the parts, on its way through the BatchNorm. A further row of threads sums what the bias gets.
 * Which output columns a tap reads from inside the picture is worked out once a thread, so that the innermost loop has no test.
 *
 * On a software adapter, `npm run bench -- --only gpu-kernels`: 30 times tfjs' program for a 1x1 of 2x14x14x96 to 576, 24 times
 * for a 3x3 of 64 channels.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { allocate, dispatch, type Gpu } from '../gpu.ts';
import { constants, filterRows, flopsOf, type LinearShape } from '../shape.ts';
import { elementOf, reader, times, writer } from '../wgsl.ts';

/** Threads that keep a large GPU busy. */
const MANY_THREADS = 16_384;
/** Output channels of a thread's tile. */
const TILE = 4;

/** Input channels of a thread's tile: more of them read each output gradient less often. */
const tileRows = ({ inChannels }: LinearShape): number => (inChannels % 8 === 0 ? 8 : 4);

/** Parts that the batch is summed in: more where the filter alone does not keep the GPU busy. */
export function partsOf(shape: LinearShape, threads: number): number {
  const lines = shape.batch * shape.outHeight;
  return Math.max(1, Math.min(64, Math.ceil(MANY_THREADS / threads), Math.floor(lines / 4)));
}

/** @returns `[parts, filterRows + 1, outChannels]`; the last row of each part is the bias' */
export function filterGradParts(gpu: Gpu, shape: LinearShape, x: TensorInfo, dz: TensorInfo): TensorInfo {
  const kTiles = shape.filterHeight * shape.filterWidth * Math.ceil(shape.inChannels / tileRows(shape)) + 1;
  const nTiles = Math.ceil(shape.outChannels / TILE);
  const parts = partsOf(shape, kTiles * nTiles);
  const out = allocate(gpu, [parts, filterRows(shape) + 1, shape.outChannels]);
  const lines = shape.batch * shape.outHeight;
  dispatch(gpu, {
    label: 'convolution, filter gradient',
    code: codeOf(shape),
    bindings: [
      { name: 'x', type: elementOf(shape.inChannels), tensor: x },
      { name: 'dz', type: elementOf(shape.outChannels), tensor: dz },
      { name: 'sums', type: elementOf(shape.outChannels), tensor: out, isWritten: true },
    ],
    uniforms: [
      { name: 'lines', type: 'u32', value: lines },
      { name: 'lines_a_part', type: 'u32', value: Math.ceil(lines / parts) },
    ],
    groups: [Math.ceil(nTiles / 8), Math.ceil(kTiles / 8), parts],
    work: { flops: flopsOf(shape), loadsPerFma: (tileRows(shape) / 4 + 1) / (4 * tileRows(shape)) },
  });
  return out;
}

function codeOf(shape: LinearShape): string {
  const rows = tileRows(shape);
  const value = (k: number): string => `value${Math.floor(k / 4)}[${k % 4}]`;
  return `${constants(shape)}
const TILES_A_TAP = ${Math.ceil(shape.inChannels / rows)}u;
const TAPS = FILTER_HEIGHT * FILTER_WIDTH;
const ROWS = TAPS * IN_CHANNELS + 1u;
${reader('x', shape.inChannels)}
${reader('dz', shape.outChannels)}
${writer('sums', shape.outChannels)}
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
