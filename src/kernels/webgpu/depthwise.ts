/**
 * A depthwise convolution with bias and ReLU, and its gradients; each thread has four channels.
 *
 * A filter a channel means 9 multiply-adds for each value read and written: memory is the bound, not arithmetic, and what
 * counts is that each value is read few times and that threads side by side read neighbours. Channels lie side by side, so
 * neighbouring threads have neighbouring channels: 16 bytes each, in one stretch. Forward, a thread has a strip of four
 * outputs of a line: at stride 1 they read 6 columns where four threads would read 12. By the filter, a thread sums one row of
 * taps over a part of the lines, as linear/filter-grad.ts does; by the input, it asks which outputs read its position.
 *
 * On a software adapter, `npm run bench -- --only gpu-kernels`, for 2x14x14x576: 0.9 times tfjs' forward program, 8 and 11 times
 * its gradients by the filter and by the input, which have a thread a weight and no four at a time.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { isHalved } from '../halved.ts';
import { allocate, allocateActivations, dispatch, type Binding, type Gpu } from './gpu.ts';
import type { ForwardInputs } from './linear/forward.ts';
import type { InputGradInputs } from './linear/input-grad.ts';
import { partsOf } from './linear/filter-grad.ts';
import { constants, filterRows, flopsOf, inRows, type LinearShape } from './shape.ts';
import { activation, activationGrad, FLAT_MAIN, flatGroups, HALVES, loaded, stored, times } from './wgsl.ts';

/** Output positions of a thread, side by side: neighbours read the same columns. */
const STRIP = 4;

/** Whether the programs are written for it: channels come in fours. */
export const isDepthwiseSupported = (shape: LinearShape): boolean =>
  shape.inChannels % 4 === 0 && shape.outChannels === shape.inChannels;

/** Four values a place; activations may be stored as halves. */
const fours = (name: string, tensor: TensorInfo, isWritten = false): Binding => ({
  name,
  type: isHalved(tensor) ? 'vec2u' : 'vec4f',
  tensor,
  isWritten,
});

/** `fn read_x(place)`, for four values of the layer's input. */
const readerOf = (x: TensorInfo): string =>
  `fn read_x(place: u32) -> vec4f { let four = x[place]; return ${loaded(isHalved(x), 'four')}; }`;

/** Input columns that a strip reads. */
const columnsOf = ({ strideWidth, filterWidth }: LinearShape): number =>
  (STRIP - 1) * strideWidth + filterWidth;

function forwardCode(shape: LinearShape, { x, bias, relu, asHalves }: ForwardInputs): string {
  const strips = Math.ceil(shape.outWidth / STRIP);
  /** Adds one input column to each output that it has a tap for. */
  const column = (at: number): string => {
    const adds = Array.from({ length: STRIP }, (_, i) => ({ i, kx: at - i * shape.strideWidth }))
      .filter(({ kx }) => kx >= 0 && kx < shape.filterWidth)
      .map(({ i, kx }) => `sum${i} += value * w${kx};`);
    return `{ let inX = left + ${at};
      if (inX >= 0 && inX < i32(IN_WIDTH)) {
        let value = read_x((source + u32(inX)) * FOURS + four);
        ${adds.join(' ')}
      } }`;
  };
  return `${constants(shape)}
const FOURS = IN_CHANNELS / 4u;
${readerOf(x)}
${asHalves ? HALVES : ''}
${activation(relu)}
${FLAT_MAIN}
  if (index >= uniforms.threads) { return; }
  let four = index % FOURS;
  let strip = index / FOURS % ${strips}u;
  let line = index / FOURS / ${strips}u;
  let top = i32(line % OUT_HEIGHT * STRIDE_HEIGHT) - PAD_TOP;
  let left = i32(strip * ${STRIP}u * STRIDE_WIDTH) - PAD_LEFT;
  ${times(STRIP, (i) => `var sum${i} = ${bias === null ? 'vec4f(0.0)' : 'bias[four]'};`)}
  for (var ky = 0u; ky < FILTER_HEIGHT; ky++) {
    let inY = top + i32(ky);
    if (inY < 0 || inY >= i32(IN_HEIGHT)) { continue; }
    let source = (line / OUT_HEIGHT * IN_HEIGHT + u32(inY)) * IN_WIDTH;
    ${times(shape.filterWidth, (kx) => `let w${kx} = filter_[(ky * FILTER_WIDTH + ${kx}u) * FOURS + four];`)}
    ${times(columnsOf(shape), column)}
  }
  let row = line * OUT_WIDTH + strip * ${STRIP}u;
  ${times(STRIP, (i) => `if (strip * ${STRIP}u + ${i}u < OUT_WIDTH) { y[(row + ${i}u) * FOURS + four] = ${stored(asHalves, `activate(sum${i})`)}; }`)}
}`;
}

/** @returns `outShape` */
export function depthwiseForward(
  gpu: Gpu,
  shape: LinearShape,
  inputs: ForwardInputs,
  outShape: readonly number[],
): TensorInfo {
  const { x, filter, bias, asHalves } = inputs;
  const out = allocateActivations(gpu, outShape, asHalves);
  const strips = Math.ceil(shape.outWidth / STRIP);
  const threads = (shape.batch * shape.outHeight * strips * shape.inChannels) / 4;
  dispatch(gpu, {
    label: 'depthwise convolution',
    code: forwardCode(shape, inputs),
    bindings: [
      fours('x', x),
      fours('filter_', filter),
      ...(bias === null ? [] : [fours('bias', bias)]),
      fours('y', out, true),
    ],
    uniforms: [{ name: 'threads', type: 'u32', value: threads }],
    groups: flatGroups(threads),
    work: {
      flops: flopsOf(shape),
      loadsPerFma: (columnsOf(shape) + shape.filterWidth) / (4 * STRIP * shape.filterWidth),
    },
  });
  return out;
}

/** @returns `inShape` */
export function depthwiseInputGrad(
  gpu: Gpu,
  shape: LinearShape,
  { dz, filter, x, relu }: InputGradInputs,
  inShape: readonly number[],
): TensorInfo {
  const out = allocate(gpu, inShape);
  const threads = (inRows(shape) * shape.inChannels) / 4;
  const code = `${constants(shape)}
const FOURS = IN_CHANNELS / 4u;
${x === null ? '' : readerOf(x)}
${activationGrad(relu)}
${FLAT_MAIN}
  if (index >= uniforms.threads) { return; }
  let four = index % FOURS;
  let position = index / FOURS;
  let picture = position / (IN_HEIGHT * IN_WIDTH);
  let inY = i32(position / IN_WIDTH % IN_HEIGHT) + PAD_TOP;
  let inX = i32(position % IN_WIDTH) + PAD_LEFT;
  var sum = vec4f(0.0);
  for (var ky = 0; ky < i32(FILTER_HEIGHT); ky++) {
    let outY = (inY - ky) / i32(STRIDE_HEIGHT);
    if (inY < ky || outY >= i32(OUT_HEIGHT) || outY * i32(STRIDE_HEIGHT) != inY - ky) { continue; }
    for (var kx = 0; kx < i32(FILTER_WIDTH); kx++) {
      let outX = (inX - kx) / i32(STRIDE_WIDTH);
      if (inX < kx || outX >= i32(OUT_WIDTH) || outX * i32(STRIDE_WIDTH) != inX - kx) { continue; }
      let d = dz[((picture * OUT_HEIGHT + u32(outY)) * OUT_WIDTH + u32(outX)) * FOURS + four];
      sum += d * filter_[u32(ky * i32(FILTER_WIDTH) + kx) * FOURS + four];
    }
  }
  dx[index] = ${x === null ? 'sum' : 'pass_through(sum, read_x(index))'};
}`;
  dispatch(gpu, {
    label: 'depthwise convolution, input gradient',
    code,
    bindings: [
      fours('dz', dz),
      fours('filter_', filter),
      ...(x === null ? [] : [fours('x', x)]),
      fours('dx', out, true),
    ],
    uniforms: [{ name: 'threads', type: 'u32', value: threads }],
    groups: flatGroups(threads),
    work: { flops: flopsOf(shape), loadsPerFma: 2 / 4 },
  });
  return out;
}

function filterGradCode(shape: LinearShape, x: TensorInfo): string {
  const tap = (kx: number): string =>
    `if (left + ${kx} >= 0 && left + ${kx} < i32(IN_WIDTH)) { let value = read_x((source + u32(left + ${kx})) * FOURS + four); sum${kx} += d * value; }`;
  return `${constants(shape)}
const FOURS = IN_CHANNELS / 4u;
const ROWS = FILTER_HEIGHT * FILTER_WIDTH + 1u;
${readerOf(x)}
${FLAT_MAIN}
  if (index >= uniforms.threads) { return; }
  let four = index % FOURS;
  let ky = index / FOURS % (FILTER_HEIGHT + 1u);
  let part = index / FOURS / (FILTER_HEIGHT + 1u);
  let start = part * uniforms.lines_a_part;
  let end = min(start + uniforms.lines_a_part, uniforms.lines);
  ${times(shape.filterWidth, (kx) => `var sum${kx} = vec4f(0.0);`)}
  if (ky == FILTER_HEIGHT) {
    for (var row = start * OUT_WIDTH; row < end * OUT_WIDTH; row++) { sum0 += dz[row * FOURS + four]; }
    sums[(part * ROWS + ROWS - 1u) * FOURS + four] = sum0;
    return;
  }
  for (var line = start; line < end; line++) {
    let inY = i32(line % OUT_HEIGHT * STRIDE_HEIGHT + ky) - PAD_TOP;
    if (inY < 0 || inY >= i32(IN_HEIGHT)) { continue; }
    let source = (line / OUT_HEIGHT * IN_HEIGHT + u32(inY)) * IN_WIDTH;
    for (var outX = 0u; outX < OUT_WIDTH; outX++) {
      let d = dz[(line * OUT_WIDTH + outX) * FOURS + four];
      let left = i32(outX * STRIDE_WIDTH) - PAD_LEFT;
      ${times(shape.filterWidth, tap)}
    }
  }
  let row = part * ROWS + ky * FILTER_WIDTH;
  ${times(shape.filterWidth, (kx) => `sums[(row + ${kx}u) * FOURS + four] = sum${kx};`)}
}`;
}

/** @returns `[parts, taps + 1, channels]`; the last row of each part is the bias' */
export function depthwiseFilterGradParts(
  gpu: Gpu,
  shape: LinearShape,
  x: TensorInfo,
  dz: TensorInfo,
): TensorInfo {
  const channelFours = shape.inChannels / 4;
  const rows = shape.filterHeight + 1;
  const parts = partsOf(shape, channelFours * rows);
  const out = allocate(gpu, [parts, filterRows(shape) + 1, shape.inChannels]);
  const lines = shape.batch * shape.outHeight;
  const threads = channelFours * rows * parts;
  dispatch(gpu, {
    label: 'depthwise convolution, filter gradient',
    code: filterGradCode(shape, x),
    bindings: [fours('x', x), fours('dz', dz), fours('sums', out, true)],
    uniforms: [
      { name: 'threads', type: 'u32', value: threads },
      { name: 'lines', type: 'u32', value: lines },
      { name: 'lines_a_part', type: 'u32', value: Math.ceil(lines / parts) },
    ],
    groups: flatGroups(threads),
    work: { flops: flopsOf(shape), loadsPerFma: (1 + shape.filterWidth) / (4 * shape.filterWidth) },
  });
  return out;
}
