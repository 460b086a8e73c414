/**
 * Gradient of a convolution's (or dense layer's) input, and through the ReLU that made that input, in one program.
 *
 * The product of forward.ts turned round: rows are input positions, columns input channels, and the sum runs over taps
 * and output channels. Tiles and reads are as there, and so is the roofline. Of an input position, tap (ky, kx) was read by the output at
 * ((y + top - ky) / stride, (x + left - kx) / stride), if that comes out whole and inside; all others add nothing. So no zeros
 * are put between the gradients of a strided layer, and none are read. Four output channels of a position are one vector, as
 * are four of a weight's row: their `dot` is one term of four, and the filter needs no transposing (through workgroup memory it
 * is turned on its way in).
 *
 * On a software adapter, `npm run bench -- --only gpu-kernels`: 1.5 times tfjs' program with a mask for a 1x1 of 2x14x14x96 to
 * 576, 6.2 times for a 3x3 of 64 channels.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { isHalved } from '../../halved.ts';
import { allocate, dispatch, type Binding, type Gpu } from '../gpu.ts';
import { constants, flopsOf, inRows, isPoint, type LinearShape } from '../shape.ts';
import { activationGrad, elementOf, reader, storedAs, times, writer, type Relu } from '../wgsl.ts';
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

/** What the gradient by a layer's input is computed from. */
export interface InputGradInputs {
  readonly dz: TensorInfo;
  readonly filter: TensorInfo;
  /** The input, where a ReLU made it. */
  readonly x: TensorInfo | null;
  readonly relu: Relu;
}

/** @returns `inShape` */
export function inputGrad(
  gpu: Gpu,
  shape: LinearShape,
  inputs: InputGradInputs,
  inShape: readonly number[],
): TensorInfo {
  const variant = variantOf(gpu, 'inputGrad', shape);
  const out = allocate(gpu, inShape);
  if (variant.parts === 1) {
    products(gpu, shape, variant, inputs, out);
    return out;
  }
  const { x, relu } = inputs;
  const parts = allocate(gpu, [variant.parts, inRows(shape), shape.inChannels]);
  products(gpu, shape, variant, { ...inputs, x: null }, parts);
  const value = x === null ? 'sum' : 'pass_through(sum, read_x(row, at))';
  return addParts(gpu, { parts, out, inputs: { x }, extra: activationGrad(relu), value });
}

/** Writes the gradient, or parts of its sums, into `out`. */
function products(
  gpu: Gpu,
  shape: LinearShape,
  variant: Variant,
  { dz, filter, x, relu }: InputGradInputs,
  out: TensorInfo,
): void {
  const bindings: Binding[] = [
    { name: 'dz', type: elementOf(shape.outChannels), tensor: dz },
    { name: 'filter_', type: elementOf(shape.outChannels), tensor: filter },
    ...(x === null ? [] : [{ name: 'x', type: storedAs(x, shape.inChannels), tensor: x }]),
    { name: 'dx', type: elementOf(shape.inChannels), tensor: out, isWritten: true },
  ];
  const head = `${constants(shape)}
${reader('dz', shape.outChannels)}
${reader('filter_', shape.outChannels)}
${x === null ? '' : reader('x', shape.inChannels, isHalved(x))}
${writer('dx', shape.inChannels)}
${activationGrad(relu)}`;
  const code = variant.shared === null ? directCode : sharedInputGrad;
  dispatch(gpu, {
    label: `convolution, input gradient: ${variant.name}`,
    code: code(shape, variant, head, x !== null),
    bindings,
    uniforms: [{ name: 'rows', type: 'u32', value: inRows(shape) }],
    features: featuresOf(variant),
    groups: groupsOf(variant, productOf('inputGrad', shape)),
    work: { flops: flopsOf(shape), loadsPerFma: loadsPerFma(variant) },
  });
}

/** For one position of the tile: the output position that reads it through the tap, if there is one. */
const source = (i: number): string => `let spreadY${i} = inY${i} + PAD_TOP - i32(tap / FILTER_WIDTH);
    let spreadX${i} = inX${i} + PAD_LEFT - i32(tap % FILTER_WIDTH);
    let outY${i} = spreadY${i} / i32(STRIDE_HEIGHT);
    let outX${i} = spreadX${i} / i32(STRIDE_WIDTH);
    let inside${i} = spreadY${i} >= 0 && spreadX${i} >= 0 && outY${i} < i32(OUT_HEIGHT) && outX${i} < i32(OUT_WIDTH)
      && outY${i} * i32(STRIDE_HEIGHT) == spreadY${i} && outX${i} * i32(STRIDE_WIDTH) == spreadX${i};
    let source${i} = select(0u, (picture${i} * OUT_HEIGHT + u32(outY${i})) * OUT_WIDTH + u32(outX${i}), inside${i});`;

const position = (i: number): string => `let picture${i} = row${i} / (IN_HEIGHT * IN_WIDTH);
  let inY${i} = i32((row${i} / IN_WIDTH) % IN_HEIGHT);
  let inX${i} = i32(row${i} % IN_WIDTH);`;

/** Four output channels from `n` on of the position that reads it. */
const gradient = (point: boolean, i: number, n: string): string =>
  point ? `read_dz(source${i}, ${n})` : `select(vec4f(0.0), read_dz(source${i}, ${n}), inside${i})`;

/** Writes four input channels, or a part of their sums. */
function write({ parts }: Variant, isMasked: boolean, part: string) {
  return (row: string, at: string, sum: string): string => {
    const value = isMasked ? `pass_through(${sum}, read_x(${row}, ${at}))` : sum;
    const to = parts === 1 ? row : `${row} + ${part} * uniforms.rows`;
    return `if (${at} < IN_CHANNELS) { write_dx(${to}, ${at}, ${value}); }`;
  };
}

function directCode(shape: LinearShape, variant: Variant, head: string, isMasked: boolean): string {
  const { tile } = variant;
  const point = isPoint(shape);
  const channels = tile.fours * 4;
  const { from, to } = termsOf(variant, shape.outChannels, 'id.z');
  const each = (line: (i: number) => string): string => times(tile.rows, line);
  const sum = (i: number, q: number): string => `sum${i}_${Math.floor(q / 4)}[${q % 4}]`;
  const written = write(variant, isMasked, 'id.z');
  const weights = (q: number): string =>
    `let w${q} = read_filter_(tap * IN_CHANNELS + min(column + ${q}u, IN_CHANNELS - 1u), n);`;
  return `${head}
@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * ${channels}u;
  let first = id.y * ${tile.rows}u;
  if (column >= IN_CHANNELS || first >= uniforms.rows) { return; }
  ${each((i) => times(tile.fours, (j) => `var sum${i}_${j} = vec4f(0.0);`))}
  ${each((i) => `let row${i} = min(first + ${i}u, uniforms.rows - 1u);`)}
  ${point ? '' : each(position)}
  for (var tap = 0u; tap < FILTER_HEIGHT * FILTER_WIDTH; tap++) {
    ${each((i) => (point ? `let source${i} = row${i};` : source(i)))}
    for (var n = ${from}; n < ${to}; n += 4u) {
      ${each((i) => `let dz${i} = ${gradient(point, i, 'n')};`)}
      ${times(channels, (q) => `${weights(q)} ${each((i) => `${sum(i, q)} += dot(dz${i}, w${q});`)}`)}
    }
  }
  ${each((i) => `if (first + ${i}u < uniforms.rows) { ${times(tile.fours, (j) => written(`row${i}`, `column + ${j * 4}u`, `sum${i}_${j}`))} }`)}
}`;
}

/** Terms behind the last are 0 in both factors: a weight that is no number must not come in. */
function sharedInputGrad(shape: LinearShape, variant: Variant, head: string, isMasked: boolean): string {
  const point = isPoint(shape);
  const inRange = (value: string): string =>
    shape.outChannels % STEP === 0 ? value : `select(vec4f(0.0), ${value}, term < OUT_CHANNELS)`;
  const weights = (q: number): string =>
    `read_filter_(tap * IN_CHANNELS + min(column + column_four * 4u + ${q}u, IN_CHANNELS - 1u), term)`;
  const written = write(variant, isMasked, 'group.z');
  return tiledCode({
    variant,
    head,
    tileRow: 'group.y',
    ...overTaps(point, termsOf(variant, shape.outChannels, 'group.z'), position, source),
    left: times(4, (i) => `let left_${i} = ${inRange(gradient(point, i, 'term'))};`),
    right: times(4, (q) => `let right_${q} = ${inRange(weights(q))};`),
    isLeftByTerms: true,
    isRightByTerms: true,
    write: (row, at, value) => `if (${row} < uniforms.rows) { ${written(row, at, value)} }`,
  });
}
