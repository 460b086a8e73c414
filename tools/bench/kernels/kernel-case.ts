/** What is measured of a kernel, and how that becomes rows of the benchmark's table. */
import * as tf from '@tensorflow/tfjs';
import type { Row } from '../bench.ts';
import type { Run } from './duel.ts';
import type { Roof } from './roof.ts';

/** One kernel on one shape, ours and another way to the same. */
export interface KernelCase {
  readonly what: string;
  readonly against: string;
  /** Additions and multiplications of it; left out where moving bytes is all the work. */
  readonly flops?: number;
  /** Bytes that must be read and written at least. */
  readonly bytes: number;
  readonly ours: Run;
  readonly theirs: Run;
}

/** Smallest seconds of a kernel, ours and the other way's. */
export type Seconds = readonly [mien: number, other: number];

/** Rows of a kernel: against the other way and, where this thread computes it, against the roof over this thread. */
export function rowsOf(given: KernelCase, [mien, other]: Seconds, roof: Roof | null): Row[] {
  const { what, against, flops, bytes } = given;
  const unit = flops === undefined ? 'GB/s' : 'GFLOP/s';
  const work = (flops ?? bytes) / 1e9;
  const row = { what, unit, mien: work / mien };
  const rows: Row[] = [{ ...row, against, other: work / other }];
  if (roof === null) return rows;
  const highest = flops === undefined ? roof.bytes : Math.min(roof.flops, (flops / bytes) * roof.bytes);
  return [...rows, { ...row, against: 'the roof', other: highest }];
}

/** Values of moderate size, other than zero: sparse or denormal numbers would be another measurement. */
export function filled(shape: readonly number[]): tf.Tensor {
  const count = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, (_, index) => 1.5 + Math.sin(index * 12.9898)),
    [...shape],
  );
}

/** Computes it and frees all that it makes. */
export const tidily = (compute: () => tf.TensorContainer) => (): void => {
  tf.dispose(tf.tidy(compute));
};

/** Runs one of tfjs' kernels, or of Mien's, by its name; call it in a tidy. */
export function runKernel(name: string, inputs: object, attrs: object): tf.Tensor | tf.Tensor[] {
  return tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
}

/** A convolution as a network has it: square, `same`. */
export interface ConvolutionShape {
  readonly kind: 'conv' | 'depthwise';
  readonly batch: number;
  readonly size: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly side: number;
  readonly stride: number;
}

/** For the table, for example `1x1 of 8x14x14x96 to 576`. */
export function describe({
  kind,
  batch,
  size,
  channels,
  outChannels,
  side,
  stride,
}: ConvolutionShape): string {
  const stretch = stride === 1 ? '' : `, stride ${stride}`;
  const to = kind === 'conv' ? ` to ${outChannels}` : ', depthwise';
  return `${side}x${side} of ${[batch, size, size, channels].join('x')}${to}${stretch}`;
}

/** Multiplications and additions of a convolution, and of either of its gradients. */
export function flopsOf({
  kind,
  batch,
  size,
  channels,
  outChannels,
  side,
  stride,
}: ConvolutionShape): number {
  const positions = batch * Math.ceil(size / stride) ** 2;
  return 2 * positions * side ** 2 * channels * (kind === 'conv' ? outChannels : 1);
}

/** Its input, output gradient and filter, and what the kernels ask for. */
export function tensorsOf(shape: ConvolutionShape) {
  const { kind, batch, size, channels, outChannels, side, stride } = shape;
  const outSize = Math.ceil(size / stride);
  const x = filled([batch, size, size, channels]) as tf.Tensor4D;
  const dy = filled([batch, outSize, outSize, outChannels]) as tf.Tensor4D;
  const filter = filled([side, side, channels, kind === 'conv' ? outChannels : 1]) as tf.Tensor4D;
  const strides: [number, number] = [stride, stride];
  const bytes = 4 * (x.size + dy.size + filter.size);
  return { x, dy, filter, strides, pad: 'same' as const, bytes };
}
