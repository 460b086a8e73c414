/**
 * Convolution (or dense layer) with bias and ReLU in one program.
 *
 * It is a matrix product: rows are output positions, columns output channels, and the sum runs over taps and input channels.
 * Each thread has a tile of 4 positions by 8 channels in registers. For 4 input channels it reads 4 times four values of the
 * input and 8 times four weights, and does 128 multiply-adds with them: 12 reads of 16 bytes for 128, or 0.094 a multiply-add.
 * A tile of 4 by 4 needs 0.125; it is for layers of less than 2^17 outputs, where larger tiles would leave fewer than 4,096
 * threads, too few to hide a GPU's latency. A workgroup of 8 by 8 threads covers 32 positions by 64 channels, so that its
 * threads read each value 8 times, from the first cache.
 *
 * Nothing goes through workgroup memory, as in tfjs and ONNX Runtime: on the software adapters that tests run on, the barriers
 * that this takes made a product ten times slower, and GPUs have a cache over storage buffers that serves the neighbours'
 * common reads. Counting reads, a third to a half of a large GPU's peak should come out; it was not measured on one.
 * Where the filter is 1x1 and the stride 1, positions know no pictures: taps, edges and divisions are left out of the code.
 *
 * On a software adapter (lavapipe, two busy cores), `npm run bench -- --only gpu-kernels`: 2.3 GFLOP/s for a 1x1 of 2x14x14x96
 * to 576, 3.1 times tfjs' fused program; 0.9 for a 3x3 of 64 channels, 2.1 times. Such figures rank programs on that adapter
 * and nowhere else.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { allocate, dispatch, type Binding, type Gpu } from '../gpu.ts';
import { constants, flopsOf, isPoint, outRows, type LinearShape } from '../shape.ts';
import { activation, elementOf, reader, times, writer, type Relu } from '../wgsl.ts';

/** What a linear layer is computed from; no bias where `bias` is null. */
export interface ForwardInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias: TensorInfo | null;
  readonly relu: Relu;
}

/** Positions and channels (in fours) of a thread's tile: smaller where there are few, so that all cores have some. */
export function tileOf(rows: number, channels: number): { rows: number; fours: number } {
  return rows * channels >= 2 ** 17 ? { rows: 4, fours: 2 } : { rows: 4, fours: 1 };
}

/** For four of the sum's terms: as many reads of each position, and of each four channels four. */
export const loadsPerFma = ({ rows, fours }: { rows: number; fours: number }): number =>
  (rows + 4 * fours) / (rows * 4 * 4 * fours);

/** @returns `outShape` */
export function forward(
  gpu: Gpu,
  shape: LinearShape,
  inputs: ForwardInputs,
  outShape: readonly number[],
): TensorInfo {
  const { x, filter, bias, relu } = inputs;
  const rows = outRows(shape);
  const tile = tileOf(rows, shape.outChannels);
  const out = allocate(gpu, outShape);
  const bindings: Binding[] = [
    { name: 'x', type: elementOf(shape.inChannels), tensor: x },
    { name: 'filter_', type: elementOf(shape.outChannels), tensor: filter },
    ...(bias === null ? [] : [{ name: 'bias', type: elementOf(shape.outChannels), tensor: bias }]),
    { name: 'y', type: elementOf(shape.outChannels), tensor: out, isWritten: true },
  ];
  dispatch(gpu, {
    label: 'convolution',
    code: codeOf(shape, tile, bias !== null, relu),
    bindings,
    uniforms: [{ name: 'rows', type: 'u32', value: rows }],
    groups: [Math.ceil(shape.outChannels / (tile.fours * 4 * 8)), Math.ceil(rows / (tile.rows * 8)), 1],
    work: { flops: flopsOf(shape), loadsPerFma: loadsPerFma(tile) },
  });
  return out;
}

/** For one position of the tile: its picture and the corner that its filter starts from. */
const corner = (i: number): string => `let picture${i} = row${i} / (OUT_HEIGHT * OUT_WIDTH);
  let top${i} = i32((row${i} / OUT_WIDTH) % OUT_HEIGHT * STRIDE_HEIGHT) - PAD_TOP;
  let left${i} = i32(row${i} % OUT_WIDTH * STRIDE_WIDTH) - PAD_LEFT;`;

/** The input position that a tap reads, if it lies inside. */
const source = (i: number): string => `let inY${i} = top${i} + i32(tap / FILTER_WIDTH);
    let inX${i} = left${i} + i32(tap % FILTER_WIDTH);
    let inside${i} = inY${i} >= 0 && inY${i} < i32(IN_HEIGHT) && inX${i} >= 0 && inX${i} < i32(IN_WIDTH);
    let source${i} = select(0u, (picture${i} * IN_HEIGHT + u32(inY${i})) * IN_WIDTH + u32(inX${i}), inside${i});`;

function codeOf(
  shape: LinearShape,
  tile: { rows: number; fours: number },
  hasBias: boolean,
  relu: Relu,
): string {
  const point = isPoint(shape);
  const each = (line: (i: number) => string): string => times(tile.rows, line);
  const eachFour = (line: (j: number) => string): string => times(tile.fours, line);
  const at = (j: number): string => `column + ${j * 4}u`;
  const product = (i: number, j: number): string =>
    ['x', 'y', 'z', 'w'].map((part, q) => `x${i}.${part} * w${q}_${j}`).join(' + ');
  const input = (i: number): string =>
    point ? `read_x(source${i}, c)` : `select(vec4f(0.0), read_x(source${i}, c), inside${i})`;
  const write = (i: number, j: number): string =>
    `if (${at(j)} < OUT_CHANNELS) { write_y(row${i}, ${at(j)}, activate(sum${i}_${j})); }`;
  return `${constants(shape)}
${reader('x', shape.inChannels)}
${reader('filter_', shape.outChannels)}
${hasBias ? reader('bias', shape.outChannels) : ''}
${writer('y', shape.outChannels)}
${activation(relu)}
@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * ${tile.fours * 4}u;
  let first = id.y * ${tile.rows}u;
  if (column >= OUT_CHANNELS || first >= uniforms.rows) { return; }
  ${each((i) => eachFour((j) => `var sum${i}_${j} = ${hasBias ? `read_bias(0u, ${at(j)})` : 'vec4f(0.0)'};`))}
  ${each((i) => `let row${i} = min(first + ${i}u, uniforms.rows - 1u);`)}
  ${point ? '' : each(corner)}
  for (var tap = 0u; tap < FILTER_HEIGHT * FILTER_WIDTH; tap++) {
    ${each((i) => (point ? `let source${i} = row${i};` : source(i)))}
    for (var c = 0u; c < IN_CHANNELS; c += 4u) {
      ${times(4, (q) => eachFour((j) => `let w${q}_${j} = read_filter_(tap * IN_CHANNELS + c + ${q}u, ${at(j)});`))}
      ${each((i) => `let x${i} = ${input(i)}; ${eachFour((j) => `sum${i}_${j} += ${product(i, j)};`)}`)}
    }
  }
  ${each((i) => `if (first + ${i}u < uniforms.rows) { ${eachFour((j) => write(i, j))} }`)}
}`;
}
