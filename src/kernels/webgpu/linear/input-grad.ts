/**
 * Gradient of a convolution's (or dense layer's) input, and through the ReLU that made that input, in one program.
 *
 * The product of forward.ts turned round: rows are input positions, columns input channels, and the sum runs over taps
 * and output channels. Each thread has a tile as there. Of an input position, tap (ky, kx) was read by the output at
 * ((y + top - ky) / stride, (x + left - kx) / stride), if that comes out whole and inside; all others add nothing. So no zeros
 * are put between the gradients of a strided layer, and none are read. Four output channels of a position are one vector, as
 * are four of a weight's row: their `dot` is one term of four, and the filter needs no transposing.
 *
 * On a software adapter, `npm run bench -- --only gpu-kernels`: 1.5 times tfjs' program with a mask for a 1x1 of 2x14x14x96 to
 * 576, 6.2 times for a 3x3 of 64 channels.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { allocate, dispatch, type Binding, type Gpu } from '../gpu.ts';
import { loadsPerFma, tileOf } from './forward.ts';
import { constants, flopsOf, inRows, isPoint, type LinearShape } from '../shape.ts';
import { activationGrad, elementOf, reader, times, writer, type Relu } from '../wgsl.ts';

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
  { dz, filter, x, relu }: InputGradInputs,
  inShape: readonly number[],
): TensorInfo {
  const rows = inRows(shape);
  const tile = tileOf(rows, shape.inChannels);
  const out = allocate(gpu, inShape);
  const bindings: Binding[] = [
    { name: 'dz', type: elementOf(shape.outChannels), tensor: dz },
    { name: 'filter_', type: elementOf(shape.outChannels), tensor: filter },
    ...(x === null ? [] : [{ name: 'x', type: elementOf(shape.inChannels), tensor: x }]),
    { name: 'dx', type: elementOf(shape.inChannels), tensor: out, isWritten: true },
  ];
  dispatch(gpu, {
    label: 'convolution, input gradient',
    code: codeOf(shape, tile, x !== null, relu),
    bindings,
    uniforms: [{ name: 'rows', type: 'u32', value: rows }],
    groups: [Math.ceil(shape.inChannels / (tile.fours * 4 * 8)), Math.ceil(rows / (tile.rows * 8)), 1],
    work: { flops: flopsOf(shape), loadsPerFma: loadsPerFma(tile) },
  });
  return out;
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

function codeOf(
  shape: LinearShape,
  tile: { rows: number; fours: number },
  isMasked: boolean,
  relu: Relu,
): string {
  const point = isPoint(shape);
  const channels = tile.fours * 4;
  const each = (line: (i: number) => string): string => times(tile.rows, line);
  const sum = (i: number, q: number): string => `sum${i}_${Math.floor(q / 4)}[${q % 4}]`;
  const gradient = (i: number): string =>
    point ? `read_dz(source${i}, n)` : `select(vec4f(0.0), read_dz(source${i}, n), inside${i})`;
  const write = (i: number, j: number): string => {
    const at = `column + ${j * 4}u`;
    const value = isMasked ? `pass_through(sum${i}_${j}, read_x(row${i}, ${at}))` : `sum${i}_${j}`;
    return `if (${at} < IN_CHANNELS) { write_dx(row${i}, ${at}, ${value}); }`;
  };
  const weights = (q: number): string =>
    `let w${q} = read_filter_(tap * IN_CHANNELS + min(column + ${q}u, IN_CHANNELS - 1u), n);`;
  return `${constants(shape)}
${reader('dz', shape.outChannels)}
${reader('filter_', shape.outChannels)}
${isMasked ? reader('x', shape.inChannels) : ''}
${writer('dx', shape.inChannels)}
${activationGrad(relu)}
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
    for (var n = 0u; n < OUT_CHANNELS; n += 4u) {
      ${each((i) => `let dz${i} = ${gradient(i)};`)}
      ${times(channels, (q) => `${weights(q)} ${each((i) => `${sum(i, q)} += dot(dz${i}, w${q});`)}`)}
    }
  }
  ${each((i) => `if (first + ${i}u < uniforms.rows) { ${times(tile.fours, (j) => write(i, j))} }`)}
}`;
}
