/**
 * Programs that take each element, or each picture's channels, by themselves: BatchNorm, swish, pooling and dropout. They are bound by
 * memory, so each is one pass, four values a thread.
 *
 * Dropout draws by counting: the words of Philox4x32-10 depend on the key and on a value's place alone, so that every thread
 * makes its own four, and the GPU drops what the host would. WGSL has no product of 64 bits; its upper half is put together of
 * four products of 16 bits, whose carries the order of the additions keeps within 32.
 *
 * @see Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import { purposeKey } from '../../lib/random.ts';
import type { MienKernels } from '../signatures.ts';
import { isHalved, valuesShape } from '../halved.ts';
import { allocate, allocateActivations, dispatch, type Binding, type Gpu } from './gpu.ts';
import { activationGrad, FLAT_MAIN, flatGroups, reader, storedAs, writer } from './wgsl.ts';

const rowsOf = (x: TensorInfo): number => x.shape.slice(0, -1).reduce((product, side) => product * side, 1);

interface RowProgram {
  readonly label: string;
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly outShape: readonly number[];
  /** Whether the output is stored as halves. */
  readonly asHalves?: boolean;
  /** WGSL in which `row` and `at` (the column) are known; `value` is what it writes. */
  readonly body: string;
  readonly extra?: string;
}

/** Runs a thread for each four values of the output's rows. */
function runRows(
  gpu: Gpu,
  { label, inputs, outShape, asHalves = false, body, extra = '' }: RowProgram,
): TensorInfo {
  const out = allocateActivations(gpu, outShape, asHalves);
  const width = outShape.at(-1) ?? 1;
  const fours = Math.ceil(width / 4);
  const threads = rowsOf(out) * fours;
  const read = Object.entries(inputs).map(([name, tensor]) => reader(`${name}_`, width, isHalved(tensor)));
  dispatch(gpu, {
    label,
    code: `${read.join('\n')}
${writer('out_', width, asHalves)}
${extra}
${FLAT_MAIN}
  if (index >= uniforms.threads) { return; }
  let row = index / ${fours}u;
  let at = index % ${fours}u * 4u;
  ${body}
  write_out_(row, at, value);
}`,
    bindings: [
      ...Object.entries(inputs).map(([name, tensor]): Binding => ({
        name: `${name}_`,
        type: storedAs(tensor, width),
        tensor,
      })),
      { name: 'out_', type: storedAs(out, width), tensor: out, isWritten: true },
    ],
    uniforms: [{ name: 'threads', type: 'u32', value: threads }],
    groups: flatGroups(threads),
  });
  return out;
}

/** @see MienKernels.MienNorm */
export function norm(gpu: Gpu, inputs: MienKernels['MienNorm']['inputs'], epsilon: number): TensorInfo {
  const { x, gamma, beta, mean, variance } = inputs;
  return runRows(gpu, {
    label: 'norm',
    inputs: { x, gamma, beta, mean, variance },
    outShape: x.shape,
    body: `let scale = read_gamma_(0u, at) / sqrt(read_variance_(0u, at) + ${epsilon.toExponential()});
  let value = (read_x_(row, at) - read_mean_(0u, at)) * scale + read_beta_(0u, at);`,
  });
}

const SIGMOID = 'fn sigmoid(x: vec4f) -> vec4f { return 1.0 / (1.0 + exp(-x)); }';

/** @see MienKernels.MienSwish */
export function swish(gpu: Gpu, x: TensorInfo, asHalves: boolean): TensorInfo {
  return runRows(gpu, {
    label: 'swish',
    inputs: { x },
    outShape: valuesShape(x),
    asHalves,
    extra: SIGMOID,
    body: `let x = read_x_(row, at);
  let value = x * sigmoid(x);`,
  });
}

/** @see MienKernels.MienSwishGrad */
export function swishGrad(gpu: Gpu, { dy, x }: MienKernels['MienSwishGrad']['inputs']): TensorInfo {
  return runRows(gpu, {
    label: 'swish, gradient',
    inputs: { dy, x },
    outShape: dy.shape,
    extra: SIGMOID,
    body: `let x = read_x_(row, at);
  let gate = sigmoid(x);
  let value = read_dy_(row, at) * (gate + x * gate * (1.0 - gate));`,
  });
}

/** @see MienKernels.MienNormInputGrad */
export function normInputGrad(
  gpu: Gpu,
  inputs: MienKernels['MienNormInputGrad']['inputs'],
  epsilon: number,
): TensorInfo {
  const { dy, x, gamma, mean, variance, dGamma, dBeta } = inputs;
  return runRows(gpu, {
    label: 'norm, input gradient',
    inputs: { dy, x, gamma, mean, variance, dGamma, dBeta },
    outShape: dy.shape,
    body: `let inverse = 1.0 / sqrt(read_variance_(0u, at) + ${epsilon.toExponential()});
  let centred = (read_x_(row, at) - read_mean_(0u, at)) * inverse;
  let shared_ = (read_dBeta_(0u, at) + centred * read_dGamma_(0u, at)) / ${rowsOf(x)}.0;
  let value = read_gamma_(0u, at) * inverse * (read_dy_(row, at) - shared_);`,
  });
}

/** @see MienKernels.MienActivationGrad */
export function reluGrad(
  gpu: Gpu,
  { dy, y }: MienKernels['MienActivationGrad']['inputs'],
  name: 'relu' | 'relu6',
): TensorInfo {
  const body = 'let value = pass_through(read_dy_(row, at), read_y_(row, at));';
  return runRows(gpu, {
    label: name,
    inputs: { dy, y },
    outShape: dy.shape,
    body,
    extra: activationGrad(name),
  });
}

/** @see MienKernels.MienGlobalPoolGrad */
export function globalPoolGrad(
  gpu: Gpu,
  { dy, x }: MienKernels['MienGlobalPoolGrad']['inputs'],
  { height, width, activation: relu }: MienKernels['MienGlobalPoolGrad']['attrs'],
): TensorInfo {
  const [batch = 1, channels = 1] = dy.shape;
  const share = `read_dy_(row / ${height * width}u, at) / ${height * width}.0`;
  return runRows(gpu, {
    label: 'pooling, input gradient',
    inputs: x === undefined ? { dy } : { dy, x },
    outShape: [batch, height, width, channels],
    body: `let value = ${x === undefined ? share : `pass_through(${share}, read_x_(row, at))`};`,
    extra: activationGrad(relu),
  });
}

/** @see MienKernels.MienGlobalPool */
export function globalPool(gpu: Gpu, x: TensorInfo): TensorInfo {
  const [batch = 1, height = 1, width = 1, channels = 1] = valuesShape(x);
  return runRows(gpu, {
    label: 'pooling',
    inputs: { x },
    outShape: [batch, channels],
    body: `var sum = vec4f(0.0);
  for (var position = 0u; position < ${height * width}u; position++) { sum += read_x_(row * ${height * width}u + position, at); }
  let value = sum / ${height * width}.0;`,
  });
}

/** Writes in place. @see MienKernels.MienStoreRows */
export function storeRows(
  gpu: Gpu,
  { kept, values, rows }: MienKernels['MienStoreRows']['inputs'],
): TensorInfo {
  const count = rows.shape[0] ?? 0;
  const size = values.shape.reduce((product, side) => product * side, 1);
  const type = kept.dtype === 'int32' ? 'i32' : 'f32';
  gpu.incRef(kept.dataId);
  const out = { dataId: kept.dataId, shape: kept.shape, dtype: kept.dtype };
  dispatch(gpu, {
    label: 'store rows',
    code: `${FLAT_MAIN}
  if (index >= uniforms.size) { return; }
  let row = index / uniforms.width;
  kept[u32(rows[row]) * uniforms.width + index % uniforms.width] = values[index];
}`,
    bindings: [
      { name: 'kept', type, tensor: out, isWritten: true },
      { name: 'values', type, tensor: values },
      { name: 'rows', type: 'i32', tensor: rows },
    ],
    uniforms: [
      { name: 'size', type: 'u32', value: size },
      { name: 'width', type: 'u32', value: size / Math.max(count, 1) },
    ],
    groups: flatGroups(size),
  });
  return out;
}

/** @see MienKernels.MienGatherRows */
export function gatherRows(gpu: Gpu, { kept, rows }: MienKernels['MienGatherRows']['inputs']): TensorInfo {
  const dtype = kept.dtype === 'int32' ? 'int32' : 'float32';
  const type = dtype === 'int32' ? 'i32' : 'f32';
  const out = allocate(gpu, [rows.shape[0] ?? 0, ...kept.shape.slice(1)], dtype);
  const size = out.shape.reduce((product, side) => product * side, 1);
  dispatch(gpu, {
    label: 'gather rows',
    code: `${FLAT_MAIN}
  if (index >= uniforms.size) { return; }
  values[index] = kept[u32(rows[index / uniforms.width]) * uniforms.width + index % uniforms.width];
}`,
    bindings: [
      { name: 'kept', type, tensor: kept },
      { name: 'rows', type: 'i32', tensor: rows },
      { name: 'values', type, tensor: out, isWritten: true },
    ],
    uniforms: [
      { name: 'size', type: 'u32', value: size },
      { name: 'width', type: 'u32', value: size / Math.max(rows.shape[0] ?? 0, 1) },
    ],
    groups: flatGroups(size),
  });
  return out;
}

/** High half of a 64-bit product and ten rounds of Philox, as `lib/random.ts` has them. */
const PHILOX = `fn high(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu; let a1 = a >> 16u; let b0 = b & 0xffffu; let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  return a1 * b1 + (middle >> 16u) + ((a0 * b1 + (middle & 0xffffu)) >> 16u);
}
fn philox(start: vec4u, first: vec2u) -> vec4u {
  var c = start;
  var key = first;
  for (var round = 0u; round < 10u; round++) {
    c = vec4u(high(0xcd9e8d57u, c.z) ^ c.y ^ key.x, 0xcd9e8d57u * c.z, high(0xd2511f53u, c.x) ^ c.w ^ key.y, 0xd2511f53u * c.x);
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`;

/**
 * Four values a thread. Where each value has its own draw, a thread's four are the four words of one block; where many
 * share one, a thread draws the block that its first value's word is in, and another where its values lie in two rows.
 *
 * @see MienKernels.MienDropout
 */
export function dropout(
  gpu: Gpu,
  x: TensorInfo,
  { rate, valuesPerDraw, seed, purpose, numbers }: MienKernels['MienDropout']['attrs'],
): TensorInfo {
  const out = allocate(gpu, x.shape);
  const size = x.shape.reduce((product, side) => product * side, 1);
  const fours = Math.ceil(size / 4);
  const [a, b, c] = numbers;
  const draw = `philox(vec4u(block, uniforms.a, uniforms.b, uniforms.c), vec2u(uniforms.seed, ${purposeKey(purpose)}u))`;
  dispatch(gpu, {
    label: 'dropout',
    code: `${PHILOX}
${FLAT_MAIN}
  if (index >= ${fours}u) { return; }
  var block = (index * 4u / ${valuesPerDraw}u) / 4u;
  var words = ${draw};
  for (var j = 0u; j < 4u; j++) {
    let at = index * 4u + j;
    let drawn = at / ${valuesPerDraw}u;
    if (drawn / 4u != block) {
      block = drawn / 4u;
      words = ${draw};
    }
    if (at < ${size}u) { y[at] = select(x[at] * ${1 / (1 - rate)}, 0.0, words[drawn % 4u] < ${Math.ceil(rate * 2 ** 32)}u); }
  }
}`,
    bindings: [
      { name: 'x', type: 'f32', tensor: x },
      { name: 'y', type: 'f32', tensor: out, isWritten: true },
    ],
    uniforms: Object.entries({ a, b, c, seed }).map(([name, value]) => ({ name, type: 'u32', value })),
    isFleeting: true,
    groups: flatGroups(fours),
  });
  return out;
}
