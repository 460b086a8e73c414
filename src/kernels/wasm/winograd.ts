/** Owns which convolutions go by assembly/winograd/, and the gradient by the filter there: 16 products of matrices. */
import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { kernelsOf } from './module.ts';
import { Room } from './room.ts';
import { partsFor, roomsFor, runTask } from './task.ts';
import { addressOf, putNumbers } from './workspace.ts';

/** Fewer channels are not worth the transforms. Sums run over an even number of them. */
const LEAST_CHANNELS = 16;

/** The numbers of a geometry behind its sides: a filter of 3x3, at stride 1 and nothing spread. */
const SIZES = [3, 3, 1, 1, 1, 1];
const COMPONENTS = 16;
const TAPS = 9;

/** More than so much is not held for the components of a batch. */
const MOST_BYTES = 128e6;

/** Whether a convolution with this geometry does, forward or by the input. */
export function goesByWinograd(geometry: readonly number[], channels: number, outChannels: number): boolean {
  const isLarge = Math.min(channels, outChannels) >= LEAST_CHANNELS && channels % 2 === 0;
  return isLarge && SIZES.every((size, at) => geometry[4 + at] === size);
}

/** Tiles of two by two outputs. */
const tilesOf = ([, , height = 0, width = 0]: readonly number[], pictures: number): number =>
  pictures * Math.ceil(height / 2) * Math.ceil(width / 2);

/** Whether the gradient by its filter does: all tiles of a batch lie side by side. */
export function filterGoesByWinograd(
  geometry: readonly number[],
  pictures: number,
  channels: number,
  outChannels: number,
): boolean {
  const bytes = tilesOf(geometry, pictures) * (channels + outChannels) * COMPONENTS * 4;
  return goesByWinograd(geometry, channels, outChannels) && bytes <= MOST_BYTES;
}

interface Sizes {
  /** Forward. */
  readonly geometry: readonly number[];
  readonly pictures: number;
  readonly channels: number;
  readonly outChannels: number;
}

/** Fills `out`, in the filter's shape. */
export function winogradFilterGradient(
  wasm: BackendWasm,
  { x, dy, out }: Readonly<Record<'x' | 'dy' | 'out', tf.TensorInfo>>,
  { geometry, pictures, channels, outChannels }: Sizes,
): void {
  const tiles = tilesOf(geometry, pictures);
  const parts = partsFor(wasm, 2 * TAPS * channels * outChannels * tiles, 1);
  const roomBytes = kernelsOf(wasm).filterGradientBytes(1, channels, outChannels);
  const room = new Room(geometry, Math.max(channels, outChannels), roomsFor(wasm, parts), roomBytes);
  // Tiles as positions of a convolution of 1x1.
  const plainAt = room.layout.values(geometry.length);
  const [ofInput, ofGradient, ofFilter] = [
    tiles * channels,
    tiles * outChannels,
    channels * outChannels,
  ] as const;
  const [inputAt, gradientAt, filterAt] = [ofInput, ofGradient, ofFilter].map((values) =>
    room.layout.values(COMPONENTS * values),
  ) as [number, number, number];
  room.use(wasm, out, (places) => {
    const { start } = places;
    const plain = [1, tiles, 1, tiles, 1, 1, 1, 1, 1, 1, 0, 0];
    putNumbers(wasm, start + plainAt, plain);
    const task = { ...places, parts, pictures, outChannels, low: -Infinity, high: Infinity, other: 0 };
    const [input, gradient, made] = [start + inputAt, start + gradientAt, start + filterAt];
    runTask(wasm, { ...task, kind: 'winogradInput', x: addressOf(wasm, x), channels, out: input });
    const taken = { x: addressOf(wasm, dy), channels: outChannels, out: gradient };
    runTask(wasm, { ...task, kind: 'winogradGradient', ...taken });
    for (let component = 0; component < COMPONENTS; component++) {
      runTask(wasm, {
        ...{ ...task, kind: 'filterGradient', geometry: start + plainAt, pictures: 1, channels },
        x: input + component * ofInput * 4,
        other: gradient + component * ofGradient * 4,
        out: made + component * ofFilter * 4,
      });
    }
    runTask(wasm, { ...task, kind: 'winogradFilterGradient', x: made, channels });
  });
}
