/**
 * Convolution (or dense layer) with bias and ReLU in one program.
 *
 * It is a matrix product: rows are output positions, columns output channels, and the sum runs over taps and input channels.
 * variants.ts has the ways in which it is laid out. In a direct one each thread has a tile of 4 positions by 8 channels in
 * registers: for 4 input channels it reads 4 times four values of the input and 8 times four weights, and does 128 multiply-adds
 * with them: 12 reads of 16 bytes for 128, or 0.094 a multiply-add. A tile of 4 by 4 needs 0.125; where nothing was measured,
 * it is for layers of less than 2^17 outputs, where larger tiles would leave fewer than 4,096 threads, too few to hide a GPU's
 * latency. A workgroup of 8 by 8 threads covers 32 positions by 64 channels, so that its threads read each value 8 times, from
 * the first cache. By its roofline (`npm run bench -- --only gpu-roofline`) two thirds of a large GPU's peak is the most that
 * comes out; shared-tiles.ts has what could do better. Neither was measured on a GPU.
 *
 * Where the filter is 1x1 and the stride 1, positions know no pictures: taps, edges and divisions are left out of the code.
 * Sums in parts go to memory and become the output in add-parts.ts.
 *
 * On a software adapter (lavapipe, two busy cores), `npm run bench -- --only gpu-kernels`: 2.3 GFLOP/s for a 1x1 of 2x14x14x96
 * to 576, 3.1 times tfjs' fused program; 0.9 for a 3x3 of 64 channels, 2.1 times. Such figures rank programs on that adapter
 * and nowhere else.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { isHalved } from '../../halved.ts';
import { allocate, allocateActivations, dispatch, type Binding, type Gpu } from '../gpu.ts';
import { constants, flopsOf, isPoint, outRows, type LinearShape } from '../shape.ts';
import { activation, elementOf, reader, storedAs, times, writer, type Relu } from '../wgsl.ts';
import { addParts } from './add-parts.ts';
import { overTaps } from './shared-tiles.ts';
import { tiledCode } from './subgroup-tiles.ts';
import {
  featuresOf,
  groupsOf,
  loadsPerFma,
  productOf,
  STEP,
  termsOf,
  variantOf,
  type Variant,
} from './variants.ts';

/** What a linear layer is computed from; no bias where `bias` is null. */
export interface ForwardInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias: TensorInfo | null;
  readonly relu: Relu;
  /** Whether the output is stored as halves. */
  readonly asHalves: boolean;
}

/** @returns `outShape` */
export function forward(
  gpu: Gpu,
  shape: LinearShape,
  inputs: ForwardInputs,
  outShape: readonly number[],
): TensorInfo {
  const variant = variantOf(gpu, 'forward', shape);
  const out = allocateActivations(gpu, outShape, inputs.asHalves);
  if (variant.parts === 1) {
    products(gpu, shape, variant, inputs, out);
    return out;
  }
  const { bias, relu } = inputs;
  const parts = allocate(gpu, [variant.parts, outRows(shape), shape.outChannels]);
  products(gpu, shape, variant, { ...inputs, bias: null, relu: 'linear' }, parts);
  const value = `activate(sum${bias === null ? '' : ' + read_bias(0u, at)'})`;
  return addParts(gpu, { parts, out, inputs: { bias }, extra: activation(relu), value });
}

/** Writes the output, or parts of its sums, into `out`. */
function products(
  gpu: Gpu,
  shape: LinearShape,
  variant: Variant,
  { x, filter, bias, relu }: ForwardInputs,
  out: TensorInfo,
): void {
  const bindings: Binding[] = [
    { name: 'x', type: storedAs(x, shape.inChannels), tensor: x },
    { name: 'filter_', type: elementOf(shape.outChannels), tensor: filter },
    ...(bias === null ? [] : [{ name: 'bias', type: elementOf(shape.outChannels), tensor: bias }]),
    { name: 'y', type: storedAs(out, shape.outChannels), tensor: out, isWritten: true },
  ];
  const head = `${constants(shape)}
${reader('x', shape.inChannels, isHalved(x))}
${reader('filter_', shape.outChannels)}
${bias === null ? '' : reader('bias', shape.outChannels)}
${writer('y', shape.outChannels, isHalved(out))}
${activation(relu)}`;
  const code = variant.shared === null ? directCode : sharedForward;
  dispatch(gpu, {
    label: `convolution: ${variant.name}`,
    code: code(shape, variant, head, bias !== null),
    bindings,
    uniforms: [{ name: 'rows', type: 'u32', value: outRows(shape) }],
    features: featuresOf(variant),
    groups: groupsOf(variant, productOf('forward', shape)),
    work: { flops: flopsOf(shape), loadsPerFma: loadsPerFma(variant) },
  });
}

/** For one position of the tile: its picture and the corner that its filter starts from. */
export const corner = (i: number): string => `let picture${i} = row${i} / (OUT_HEIGHT * OUT_WIDTH);
  let top${i} = i32((row${i} / OUT_WIDTH) % OUT_HEIGHT * STRIDE_HEIGHT) - PAD_TOP;
  let left${i} = i32(row${i} % OUT_WIDTH * STRIDE_WIDTH) - PAD_LEFT;`;

/** The input position that a tap reads, if it lies inside. */
export const source = (i: number): string => `let inY${i} = top${i} + i32(tap / FILTER_WIDTH);
    let inX${i} = left${i} + i32(tap % FILTER_WIDTH);
    let inside${i} = inY${i} >= 0 && inY${i} < i32(IN_HEIGHT) && inX${i} >= 0 && inX${i} < i32(IN_WIDTH);
    let source${i} = select(0u, (picture${i} * IN_HEIGHT + u32(inY${i})) * IN_WIDTH + u32(inX${i}), inside${i});`;

/** Four channels from `c` on of the position's source. */
const input = (point: boolean, i: number, c: string): string =>
  point ? `read_x(source${i}, ${c})` : `select(vec4f(0.0), read_x(source${i}, ${c}), inside${i})`;

/** Which row of the output, or of its parts, a position is. */
const outRow = ({ parts }: Variant, row: string, part: string): string =>
  parts === 1 ? row : `${row} + ${part} * uniforms.rows`;

function directCode(shape: LinearShape, variant: Variant, head: string, hasBias: boolean): string {
  const { tile } = variant;
  const point = isPoint(shape);
  const { from, to } = termsOf(variant, shape.inChannels, 'id.z');
  const each = (line: (i: number) => string): string => times(tile.rows, line);
  const eachFour = (line: (j: number) => string): string => times(tile.fours, line);
  const at = (j: number): string => `column + ${j * 4}u`;
  const product = (i: number, j: number): string =>
    ['x', 'y', 'z', 'w'].map((part, q) => `x${i}.${part} * w${q}_${j}`).join(' + ');
  const write = (i: number, j: number): string =>
    `if (${at(j)} < OUT_CHANNELS) { write_y(${outRow(variant, `row${i}`, 'id.z')}, ${at(j)}, activate(sum${i}_${j})); }`;
  return `${head}
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
    for (var c = ${from}; c < ${to}; c += 4u) {
      ${times(4, (q) => eachFour((j) => `let w${q}_${j} = read_filter_(tap * IN_CHANNELS + c + ${q}u, ${at(j)});`))}
      ${each((i) => `let x${i} = ${input(point, i, 'c')}; ${eachFour((j) => `sum${i}_${j} += ${product(i, j)};`)}`)}
    }
  }
  ${each((i) => `if (first + ${i}u < uniforms.rows) { ${eachFour((j) => write(i, j))} }`)}
}`;
}

/** Terms behind the last are 0 in both factors: a weight that is no number must not come in. */
function sharedForward(shape: LinearShape, variant: Variant, head: string, hasBias: boolean): string {
  const point = isPoint(shape);
  const isWhole = shape.inChannels % STEP === 0;
  const inRange = (term: string, value: string): string =>
    isWhole ? value : `select(vec4f(0.0), ${value}, ${term} < IN_CHANNELS)`;
  const weights = (q: number): string =>
    `read_filter_(tap * IN_CHANNELS + term + ${q}u, column + column_four * 4u)`;
  return tiledCode({
    variant,
    head,
    tileRow: 'group.y',
    ...overTaps(point, termsOf(variant, shape.inChannels, 'group.z'), corner, source),
    left: times(4, (i) => `let left_${i} = ${inRange('term', input(point, i, 'term'))};`),
    right: times(4, (q) => `let right_${q} = ${inRange(`term + ${q}u`, weights(q))};`),
    isLeftByTerms: true,
    isRightByTerms: false,
    write: (row, at, value) => {
      const biased = hasBias ? `${value} + read_bias(0u, ${at})` : value;
      return `if (${row} < uniforms.rows && ${at} < OUT_CHANNELS) { write_y(${outRow(variant, row, 'group.z')}, ${at}, activate(${biased})); }`;
    },
  });
}
