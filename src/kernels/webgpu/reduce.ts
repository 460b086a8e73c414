/**
 * Sums over all rows of `[rows, channels]`, in one program.
 *
 * A workgroup has sixteen channels, four threads for them, and sixteen slices of rows: 64 threads, of which each adds up every
 * sixteenth row. So four threads side by side read 64 bytes in one stretch, and rounding grows with a sixteenth of the rows.
 * The slices' sums meet in workgroup memory, where each thread adds the sixteen of its channels. A further pass may use the
 * totals of the one before: a variance is the sum of squares about a mean that is known by then, in place of the difference of
 * two large numbers. Reading twice costs little where the second time is from the cache.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { MienKernels } from '../signatures.ts';
import { allocate, dispatch, type Binding, type Gpu } from './gpu.ts';
import { elementOf, reader, times, writer } from './wgsl.ts';

interface Reduction {
  readonly label: string;
  /** `[..., channels]`, read at each row; all of one size. */
  readonly rows: Readonly<Record<string, TensorInfo>>;
  /** `[channels]`. */
  readonly channels?: Readonly<Record<string, TensorInfo>>;
  /** What each pass adds up, in terms of the inputs' names and of earlier totals `total<pass>_<place>`. */
  readonly passes: readonly (readonly string[])[];
  /** Outputs, `[channels]`, in terms of totals, `ROWS` and inputs. */
  readonly outputs: Readonly<Record<string, string>>;
}

const SLICES = 16;

function reduce(gpu: Gpu, reduction: Reduction): TensorInfo[] {
  const { label, rows, channels = {}, outputs } = reduction;
  const [first] = Object.values(rows);
  const width = first?.shape.at(-1) ?? 1;
  const count = (first?.shape ?? []).reduce((product, side) => product * side, 1) / width;
  const results = Object.keys(outputs).map((name) => ({ name, tensor: allocate(gpu, [width]) }));
  const type = elementOf(width);
  const bind = ([name, tensor]: [string, TensorInfo]): Binding => ({ name: `${name}_`, type, tensor });
  dispatch(gpu, {
    label,
    code: codeOf(reduction, width),
    bindings: [
      ...Object.entries(rows).map(bind),
      ...Object.entries(channels).map(bind),
      ...results.map(({ name, tensor }) => ({ name: `${name}_`, type, tensor, isWritten: true })),
    ],
    uniforms: [{ name: 'rows', type: 'u32', value: count }],
    groups: [Math.ceil(width / 16), 1, 1],
  });
  return results.map(({ tensor }) => tensor);
}

function codeOf({ rows, channels = {}, passes, outputs }: Reduction, width: number): string {
  const most = Math.max(...passes.map((sums) => sums.length));
  const read = (name: string, row: string): string => `let ${name} = read_${name}_(${row}, at);`;
  const pass = (sums: readonly string[], index: number): string => `
  ${times(sums.length, (i) => `var total${index}_${i} = vec4f(0.0);`)}
  for (var row = slice; row < uniforms.rows; row += ${SLICES}u) {
    ${Object.keys(rows)
      .map((name) => read(name, 'row'))
      .join(' ')}
    ${sums.map((sum, i) => `total${index}_${i} += ${sum};`).join(' ')}
  }
  ${times(sums.length, (i) => `shared${i}[thread] = total${index}_${i};`)}
  workgroupBarrier();
  ${times(sums.length, (i) => `total${index}_${i} = vec4f(0.0);`)}
  for (var other = 0u; other < ${SLICES}u; other++) {
    ${times(sums.length, (i) => `total${index}_${i} += shared${i}[other * 4u + thread % 4u];`)}
  }
  ${index + 1 < passes.length ? 'workgroupBarrier();' : ''}`;
  return `${[...Object.keys(rows), ...Object.keys(channels)].map((name) => reader(`${name}_`, width)).join('\n')}
${Object.keys(outputs)
  .map((name) => writer(`${name}_`, width))
  .join('\n')}
${times(most, (i) => `var<workgroup> shared${i}: array<vec4f, ${SLICES * 4}>;`)}
@compute @workgroup_size(${SLICES * 4})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let at = group.x * 16u + thread % 4u * 4u;
  let slice = thread / 4u;
  let ROWS = f32(uniforms.rows);
  ${Object.keys(channels)
    .map((name) => read(name, '0u'))
    .join(' ')}
  ${passes.map(pass).join('\n')}
  if (slice > 0u || at >= ${width}u) { return; }
  ${Object.entries(outputs)
    .map(([name, value]) => `write_${name}_(0u, at, ${value});`)
    .join('\n')}
}`;
}

/** @see MienKernels.MienChannelSum */
export function channelSum(gpu: Gpu, x: TensorInfo): TensorInfo {
  return reduce(gpu, {
    label: 'channel sum',
    rows: { x },
    passes: [['x']],
    outputs: { sum: 'total0_0' },
  })[0]!;
}

/** @see MienKernels.MienChannelDot */
export function channelDot(gpu: Gpu, x: TensorInfo, y: TensorInfo): TensorInfo {
  const passes = [['x * y']];
  return reduce(gpu, { label: 'channel dot', rows: { x, y }, passes, outputs: { sum: 'total0_0' } })[0]!;
}

/** @see MienKernels.MienNormGrads */
export function normGrads(
  gpu: Gpu,
  { dy, x, mean, variance }: MienKernels['MienNormGrads']['inputs'],
  epsilon: number,
): TensorInfo[] {
  return reduce(gpu, {
    label: 'norm gradients',
    rows: { dy, x },
    channels: { mean, variance },
    passes: [['dy', 'dy * (x - mean)']],
    outputs: {
      gamma: `total0_1 / sqrt(variance + ${epsilon.toExponential()})`,
      beta: 'total0_0',
    },
  });
}

/** @see MienKernels.MienMoments */
export function moments(
  gpu: Gpu,
  { x, movingMean, movingVariance }: MienKernels['MienMoments']['inputs'],
  momentum: number,
): TensorInfo[] {
  const move = (old: string, now: string): string =>
    `mix(${now}, ${old}, vec4f(${momentum.toExponential()}))`;
  return reduce(gpu, {
    label: 'moments',
    rows: { x },
    channels: { oldMean: movingMean, oldVariance: movingVariance },
    passes: [['x'], ['(x - total0_0 / ROWS) * (x - total0_0 / ROWS)']],
    outputs: {
      mean: 'total0_0 / ROWS',
      variance: 'total1_0 / ROWS',
      newMean: move('oldMean', 'total0_0 / ROWS'),
      newVariance: move('oldVariance', 'total1_0 / ROWS'),
    },
  });
}
