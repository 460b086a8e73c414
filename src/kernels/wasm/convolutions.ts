/**
 * Owns calling the kernels of convolutions on the wasm backend's tensors: a pass forward, and the gradients by input and
 * by filter, each for filters over all channels and for one a channel. assembly/ has the arithmetic.
 *
 * **By the input.** What each output took with weight w it now gives back with weight w: a convolution of dY with the filter
 * turned by half a circle and its two channel axes exchanged. Where the forward stride was s, each value of dY stands for s
 * positions of which the others have none. An output at p reached the inputs p - padding to p - padding + side - 1, so the
 * padding is side - 1 less the forward one.
 *
 * Where 3x3 at stride 1 runs over many channels, both go by assembly/winograd/.
 *
 * One thread, `npm run bench -- --only kernels`.
 */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { kernelsOf, type KernelExports } from './module.ts';
import { filledUp, PANEL, Room, tapsOf } from './room.ts';
import { runAlone } from './loops.ts';
import { NOWHERE, partsFor, roomsFor, runTask } from './task.ts';
import { filterGoesByWinograd, goesByWinograd, winogradFilterGradient } from './winograd.ts';
import { addressOf, Layout, outputOf, withWorkspace } from './workspace.ts';

/** What tfjs works out of a convolution's shapes, strides and padding. */
export type ConvInfo = tf.backend_util.Conv2DInfo & {
  /** Whether each channel has a filter of its own, one alone. */
  readonly isDepthwise: boolean;
};

/** What a value is held between when it comes out: an activation. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** All numbers. */
export const UNBOUNDED: Bounds = { low: -Infinity, high: Infinity };

/** Sizes in the order of the kernels' Geometry. */
export const forward = (info: ConvInfo): readonly number[] => [
  ...[info.inHeight, info.inWidth, info.outHeight, info.outWidth, info.filterHeight, info.filterWidth],
  ...[info.strideHeight, info.strideWidth, 1, 1, info.padInfo.top, info.padInfo.left],
];

/** The convolution of the gradient that makes the one by the input. */
const backward = (info: ConvInfo): readonly number[] => [
  ...[info.outHeight, info.outWidth, info.inHeight, info.inWidth, info.filterHeight, info.filterWidth],
  ...[1, 1, info.strideHeight, info.strideWidth],
  ...[info.filterHeight - 1 - info.padInfo.top, info.filterWidth - 1 - info.padInfo.left],
];

/** One convolution of `from`, forward or back, as the kernels take it. */
interface Call {
  readonly geometry: readonly number[];
  readonly isDepthwise: boolean;
  readonly isBackward: boolean;
  readonly from: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias?: tf.TensorInfo | undefined;
  readonly bounds: Bounds;
  /** Channels of the filter, as it lies. */
  readonly filterChannels: readonly [inputs: number, outputs: number];
  readonly outShape: number[];
}

/** `[batch, outHeight, outWidth, outChannels]`: the convolution with its bias, held between bounds. */
export function convolve(
  wasm: BackendWasm,
  inputs: { x: tf.TensorInfo; filter: tf.TensorInfo; bias?: tf.TensorInfo | undefined },
  info: ConvInfo,
  bounds: Bounds,
): tf.TensorInfo {
  return run(wasm, {
    geometry: forward(info),
    isDepthwise: info.isDepthwise,
    isBackward: false,
    from: inputs.x,
    filter: inputs.filter,
    bias: inputs.bias,
    bounds,
    filterChannels: [info.inChannels, info.outChannels],
    outShape: info.outShape,
  });
}

/** `[batch, inHeight, inWidth, inChannels]`: the gradient by the input. */
export function inputGradient(
  wasm: BackendWasm,
  { dy, filter }: { dy: tf.TensorInfo; filter: tf.TensorInfo },
  info: ConvInfo,
): tf.TensorInfo {
  return run(wasm, {
    geometry: backward(info),
    isDepthwise: info.isDepthwise,
    isBackward: true,
    from: dy,
    filter,
    bounds: UNBOUNDED,
    filterChannels: [info.inChannels, info.outChannels],
    outShape: info.inShape,
  });
}

/** The kernel that a convolution goes by. */
export type Way = 'convolution' | 'depthwise' | 'winograd';

/** Which one is taken. */
export function wayOf(
  { geometry, isDepthwise }: Pick<Call, 'geometry' | 'isDepthwise'>,
  channels: number,
  outChannels: number,
): Way {
  if (isDepthwise) return 'depthwise';
  return goesByWinograd(geometry, channels, outChannels) ? 'winograd' : 'convolution';
}

/** What a thread needs for a convolution while it runs. */
export function roomBytesOf(kernels: KernelExports, way: Way, taps: number, channels: number): number {
  if (way === 'winograd') return kernels.winogradBytes(channels);
  return way === 'depthwise'
    ? kernels.depthwiseBytes(taps, channels)
    : kernels.convolutionBytes(taps, channels);
}

function run(wasm: BackendWasm, call: Call): tf.TensorInfo {
  const { bias, bounds, outShape } = call;
  const kernels = kernelsOf(wasm);
  const out = outputOf(wasm, outShape);
  const [channels = 1] = call.from.shape.slice(-1);
  const [outChannels = 1] = outShape.slice(-1);
  const taps = tapsOf(call.geometry);
  const way = wayOf(call, channels, outChannels);
  const terms = taps * (way === 'depthwise' ? 1 : channels);
  const parts = partsFor(wasm, tf.util.sizeFromShape(outShape) * terms * 2);
  const width = Math.max(channels, filledUp(outChannels));
  const room = new Room(
    call.geometry,
    width,
    roomsFor(wasm, parts),
    roomBytesOf(kernels, way, taps, channels),
  );
  const filterAt = room.layout.bytes(filterBytesOf(kernels, way, taps, channels, outChannels));
  room.use(wasm, out, (places) => {
    const sizes = { channels, outChannels, parts, pictures: outShape[0] ?? 0 };
    const given = addressOf(wasm, call.filter);
    const other = way === 'depthwise' && !call.isBackward ? given : places.start + filterAt;
    if (other !== given) layFilter(wasm, { ...call, way }, given, other);
    const read = bias === undefined ? places.bias : biasOf(wasm, bias, outChannels, places.bias);
    const task = { ...places, ...bounds, ...sizes, kind: way };
    runTask(wasm, { ...task, x: addressOf(wasm, call.from), other, bias: read });
  });
  return out;
}

/** Where a bias lies that has zeros behind it where a panel reads on: at `filled`, unless its channels fill panels. */
function biasOf(wasm: BackendWasm, bias: tf.TensorInfo, channels: number, filled: number): number {
  const x = addressOf(wasm, bias);
  if (channels % PANEL === 0) return x;
  runAlone(wasm, { kind: 'copy', x, out: filled, pictures: channels });
  return filled;
}

/** What a filter takes as its kernel reads it. */
export function filterBytesOf(
  kernels: KernelExports,
  way: Way,
  taps: number,
  channels: number,
  outChannels: number,
): number {
  if (way === 'winograd') return kernels.winogradFilterBytes(channels, outChannels);
  return 4 * taps * channels * (way === 'depthwise' ? 1 : filledUp(outChannels));
}

/** Operations that a value takes in the time in which it is laid. */
const LAYING = 16;

/**
 * Lays a filter as its kernel reads it.
 *
 * @param from and `to`: addresses; at `to` there is room for {@link filterBytesOf}
 */
export function layFilter(
  wasm: BackendWasm,
  {
    geometry,
    way,
    isBackward,
    filterChannels,
  }: Pick<Call, 'geometry' | 'isBackward' | 'filterChannels'> & { readonly way: Way },
  from: number,
  to: number,
): void {
  const taps = tapsOf(geometry);
  const [channels, outChannels] = filterChannels;
  if (way === 'depthwise') {
    const laid = { x: from, out: to, rows: taps, channels, pictures: taps * channels };
    runAlone(wasm, { ...laid, kind: isBackward ? 'turnDepthwise' : 'copy' });
    return;
  }
  const parts = partsFor(wasm, taps * channels * outChannels * LAYING);
  const task = { ...NOWHERE, ...UNBOUNDED, other: 0, pictures: 0, channels, outChannels, rows: taps, parts };
  const pack = (out: number): void =>
    runTask(wasm, { ...task, kind: isBackward ? 'packBackward' : 'packForward', x: from, out });
  if (way === 'convolution') {
    pack(to);
    return;
  }
  const [read, written] = isBackward ? [outChannels, channels] : [channels, outChannels];
  const layout = new Layout();
  const packedAt = layout.values(taps * read * filledUp(written));
  withWorkspace(wasm, layout, (start) => {
    pack(start + packedAt);
    const sizes = { channels: read, outChannels: written };
    runTask(wasm, { ...task, ...sizes, kind: 'winogradFilter', x: start + packedAt, out: to });
  });
}

/** The gradient by the filter, in its shape. */
export function filterGradient(
  wasm: BackendWasm,
  { x, dy }: { x: tf.TensorInfo; dy: tf.TensorInfo },
  info: ConvInfo,
): tf.TensorInfo {
  const kernels = kernelsOf(wasm);
  const out = outputOf(wasm, info.filterShape);
  const { inChannels: channels, outChannels, batchSize: pictures, isDepthwise } = info;
  const geometry = forward(info);
  if (!isDepthwise && filterGoesByWinograd(geometry, pictures, channels, outChannels)) {
    winogradFilterGradient(wasm, { x, dy, out }, { geometry, pictures, channels, outChannels });
    return out;
  }
  const taps = tapsOf(geometry);
  const operations = tf.util.sizeFromShape(dy.shape) * taps * (isDepthwise ? 1 : channels) * 2;
  const parts = partsFor(wasm, operations, 1);
  const roomBytes = isDepthwise
    ? kernels.depthwiseBytes(taps, channels)
    : kernels.filterGradientBytes(taps, channels, outChannels);
  const room = new Room(geometry, channels, roomsFor(wasm, parts), roomBytes);
  room.use(wasm, out, (places) => {
    const task = { ...places, ...UNBOUNDED, x: addressOf(wasm, x), other: addressOf(wasm, dy) };
    const kind = isDepthwise ? 'depthwiseFilterGradient' : 'filterGradient';
    runTask(wasm, { ...task, kind, parts, pictures, channels, outChannels });
  });
  return out;
}
