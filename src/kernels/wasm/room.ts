/** Owns the room that a convolution's kernels need while they run: sizes, zeros, lists and what each thread keeps to itself. */
import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Task } from './task.ts';
import { addressOf, Layout, putNumbers, putZeros, withWorkspace } from './workspace.ts';

/** Numbers of the kernels' Geometry. */
const GEOMETRY = 12;
/** Output channels of a panel. */
export const PANEL = 8;
/** Threads that write into one line of a cache wait for each other. */
const LINE_BYTES = 64;

/** Channels as panels have them. */
export const filledUp = (channels: number): number => Math.ceil(channels / PANEL) * PANEL;

/** Of a geometry, sizes in the order of the kernels' own. */
export const tapsOf = (geometry: readonly number[]): number => (geometry[4] ?? 1) * (geometry[5] ?? 1);

/** What a kernel needs while it runs: its geometry, zeros that stand for a bias and for rows that are not there, lists. */
export class Room {
  readonly layout = new Layout();
  readonly #geometryAt = this.layout.values(GEOMETRY);
  readonly #biasAt: number;
  readonly #zeroAt: number;
  readonly #roomAt: number;
  readonly #roomBytes: number;

  /**
   * @param width of the longest row
   * @param rooms of `roomBytes` each, for {@link roomsFor} threads
   */
  constructor(
    readonly geometry: readonly number[],
    width: number,
    rooms: number,
    roomBytes: number,
  ) {
    this.#biasAt = this.layout.values(width);
    this.#zeroAt = this.layout.values(width);
    this.#roomBytes = Math.ceil(roomBytes / LINE_BYTES) * LINE_BYTES;
    this.#roomAt = this.layout.bytes(rooms * this.#roomBytes);
  }

  /** Fills it in and lends it; all that `run` gets are addresses in bytes. */
  use(
    wasm: BackendWasm,
    out: tf.TensorInfo,
    run: (
      places: Pick<Task, 'geometry' | 'bias' | 'zero' | 'room' | 'roomBytes' | 'out'> & {
        start: number;
      },
    ) => void,
  ): void {
    withWorkspace(wasm, this.layout, (start) => {
      putNumbers(wasm, start + this.#geometryAt, this.geometry);
      putZeros(wasm, start + this.#biasAt, (this.#roomAt - this.#biasAt) / 4);
      const places = {
        geometry: start + this.#geometryAt,
        bias: start + this.#biasAt,
        zero: start + this.#zeroAt,
        room: start + this.#roomAt,
        out: addressOf(wasm, out),
      };
      run({ ...places, start, roomBytes: this.#roomBytes });
    });
  }
}
