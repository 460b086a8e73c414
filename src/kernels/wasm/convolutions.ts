/**
 * Owns calling the kernels of convolutions on the wasm backend's tensors: a pass forward, and the gradients by input and
 * by filter, each for filters over all channels and for one a channel. assembly/ has the arithmetic.
 *
 * **By the input.** What each output took with weight w it now gives back with weight w: a convolution of dY with the filter
 * turned by half a circle and its two channel axes exchanged. Where the forward stride was s, each value of dY stands for s
 * positions of which the others have none. An output at p reached the inputs p - padding to p - padding + side - 1, so the
 * padding is side - 1 less the forward one.
 *
 * One thread, `npm run bench -- --only kernels`.
 */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { kernelsOf } from './module.ts';
import { partsFor, runTask, type Task } from './task.ts';
import { addressOf, Layout, withWorkspace } from './workspace.ts';

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

/** Numbers of the geometry; channels are filled up to as many. */
const GEOMETRY = 12;
const PANEL = 8;
/** Threads that write into one line of a cache wait for each other. */
const LINE_BYTES = 64;

const filledUp = (channels: number): number => Math.ceil(channels / PANEL) * PANEL;

/** Sizes in the order of the kernels' Geometry. */
const forward = (info: ConvInfo): readonly number[] => [
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

function run(wasm: BackendWasm, call: Call): tf.TensorInfo {
  const { from, filter, bias, bounds, isBackward, isDepthwise, outShape } = call;
  const kernels = kernelsOf(wasm);
  const out = wasm.makeOutput(outShape, 'float32');
  const [channels = 1] = from.shape.slice(-1);
  const [outChannels = 1] = outShape.slice(-1);
  const taps = tapsOf(call.geometry);
  const operations = tf.util.sizeFromShape(outShape) * taps * (isDepthwise ? 1 : channels) * 2;
  const parts = partsFor(wasm, operations);
  const room = new Room(
    call.geometry,
    Math.max(channels, filledUp(outChannels)),
    parts,
    isDepthwise ? kernels.depthwiseBytes(taps, channels) : kernels.convolutionBytes(taps, channels),
  );
  const filterAt = room.layout.values(taps * channels * (isDepthwise ? 1 : filledUp(outChannels)));
  room.use(wasm, out, (places, buffer) => {
    if (bias !== undefined) {
      new Float32Array(buffer, places.bias, outChannels).set(wasm.typedArrayFromHeap(bias));
    }
    const given = addressOf(wasm, filter);
    let other = places.start + filterAt;
    if (!isDepthwise) {
      const sizes = [given, other, taps, ...call.filterChannels] as const;
      if (isBackward) kernels.packBackward(...sizes);
      else kernels.packForward(...sizes);
    } else if (isBackward) kernels.turnDepthwise(given, other, taps, channels);
    else other = given;
    const task = { ...places, ...bounds, other, x: addressOf(wasm, from), channels, outChannels };
    const kind = isDepthwise ? 'depthwise' : 'convolution';
    runTask(wasm, { ...task, kind, pictures: outShape[0] ?? 0 }, buffer);
  });
  return out;
}

const tapsOf = (geometry: readonly number[]): number => (geometry[4] ?? 1) * (geometry[5] ?? 1);

/** The gradient by the filter, in its shape. */
export function filterGradient(
  wasm: BackendWasm,
  { x, dy }: { x: tf.TensorInfo; dy: tf.TensorInfo },
  info: ConvInfo,
): tf.TensorInfo {
  const kernels = kernelsOf(wasm);
  const out = wasm.makeOutput(info.filterShape, 'float32');
  const { inChannels: channels, outChannels, batchSize: pictures, isDepthwise } = info;
  const geometry = forward(info);
  const taps = tapsOf(geometry);
  const operations = tf.util.sizeFromShape(dy.shape) * taps * (isDepthwise ? 1 : channels) * 2;
  const partBytes = isDepthwise
    ? kernels.depthwiseBytes(taps, channels)
    : kernels.filterGradientBytes(taps, channels, outChannels);
  const room = new Room(geometry, channels, partsFor(wasm, operations), partBytes);
  room.use(wasm, out, (places, buffer) => {
    const task = { ...places, ...UNBOUNDED, x: addressOf(wasm, x), other: addressOf(wasm, dy) };
    const kind = isDepthwise ? 'depthwiseFilterGradient' : 'filterGradient';
    runTask(wasm, { ...task, kind, pictures, channels, outChannels }, buffer);
  });
  return out;
}

/** What a kernel needs while it runs: its geometry, zeros that stand for a bias and for rows that are not there, lists. */
class Room {
  readonly layout = new Layout();
  readonly #geometryAt = this.layout.values(GEOMETRY);
  readonly #biasAt: number;
  readonly #zeroAt: number;
  readonly #roomAt: number;
  readonly #roomBytes: number;

  /** @param width of the longest row */
  constructor(
    readonly geometry: readonly number[],
    width: number,
    readonly parts: number,
    partBytes: number,
  ) {
    this.#biasAt = this.layout.values(width);
    this.#zeroAt = this.layout.values(width);
    this.#roomBytes = Math.ceil(partBytes / LINE_BYTES) * LINE_BYTES;
    this.#roomAt = this.layout.bytes(parts * this.#roomBytes);
  }

  /** Fills it in and lends it; all that `run` gets are addresses in bytes. */
  use(
    wasm: BackendWasm,
    out: tf.TensorInfo,
    run: (
      places: Pick<Task, 'geometry' | 'bias' | 'zero' | 'room' | 'roomBytes' | 'parts' | 'out'> & {
        start: number;
      },
      buffer: ArrayBufferLike,
    ) => void,
  ): void {
    withWorkspace(wasm, this.layout, (start) => {
      const { buffer } = wasm.typedArrayFromHeap(out);
      new Int32Array(buffer, start + this.#geometryAt, GEOMETRY).set(this.geometry);
      new Float32Array(buffer, start + this.#biasAt, (this.#roomAt - this.#biasAt) / 4).fill(0);
      const places = {
        geometry: start + this.#geometryAt,
        bias: start + this.#biasAt,
        zero: start + this.#zeroAt,
        room: start + this.#roomAt,
        out: addressOf(wasm, out),
      };
      run({ ...places, start, parts: this.parts, roomBytes: this.#roomBytes }, buffer);
    });
  }
}
