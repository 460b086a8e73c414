/** Owns room in the wasm backend's heap for what a kernel needs while it runs: sizes, packed filters, lists of addresses. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { heapOf } from './module.ts';
import { activeRecorder } from './recording/recorder.ts';

/** A vector's. */
const ALIGNMENT = 16;
const VALUE_BYTES = 4;

/** Places of one workspace, in bytes from its beginning. */
export class Layout {
  #size = 0;

  /** @returns where there is room for so many bytes */
  bytes(count: number): number {
    const at = this.#size;
    this.#size += Math.ceil(count / ALIGNMENT) * ALIGNMENT;
    return at;
  }

  /** @returns where there is room for so many numbers */
  values(count: number): number {
    return this.bytes(count * VALUE_BYTES);
  }

  get size(): number {
    return this.#size;
  }
}

/** Room for what a kernel puts out. */
export function outputOf(wasm: BackendWasm, shape: readonly number[]): TensorInfo {
  const out = wasm.makeOutput([...shape], 'float32');
  const bytes = shape.reduce((product, side) => product * side, VALUE_BYTES);
  activeRecorder()?.allocated(out.dataId, { start: addressOf(wasm, out), bytes });
  return out;
}

/** Room for a layout, until it is disposed of; {@link startOf} says where the layout begins in it. */
export const takeRoom = (wasm: BackendWasm, { size }: { readonly size: number }): TensorInfo =>
  outputOf(wasm, [Math.ceil(size / VALUE_BYTES) + ALIGNMENT / VALUE_BYTES]);

/** The first address of a room that a vector may have. */
export const startOf = (wasm: BackendWasm, room: TensorInfo): number =>
  Math.ceil(addressOf(wasm, room) / ALIGNMENT) * ALIGNMENT;

/** Room that stays, for kernels to share: to take and give back memory for each of them takes longer than many run. */
const SHARED_BYTES = 8e6;

/** Of a backend: where it begins, and how much of it is lent. Who asked last gives back first. */
interface SharedRoom {
  readonly start: number;
  lent: number;
}

const sharedRooms = new WeakMap<BackendWasm, SharedRoom>();

function sharedRoomOf(wasm: BackendWasm): SharedRoom {
  const known = sharedRooms.get(wasm);
  if (known !== undefined) return known;
  const shared = { start: startOf(wasm, takeRoom(wasm, { size: SHARED_BYTES })), lent: 0 };
  sharedRooms.set(wasm, shared);
  return shared;
}

/** Where that room lies, in bytes. */
export const sharedPieceOf = (wasm: BackendWasm): { readonly start: number; readonly bytes: number } => ({
  start: sharedRoomOf(wasm).start,
  bytes: SHARED_BYTES,
});

/** Writes whole numbers for kernels to read. @param stepAt which of them is the step's */
export function putNumbers(
  wasm: BackendWasm,
  start: number,
  numbers: readonly number[],
  stepAt: number | null = null,
): void {
  heapOf(wasm).ints.set(numbers, start / VALUE_BYTES);
  const recorder = activeRecorder();
  if (recorder !== null) recorder.wrote(start, Int32Array.from(numbers), { stepAt });
}

/** Writes zeros for kernels to read. */
export function putZeros(wasm: BackendWasm, start: number, count: number): void {
  heapOf(wasm).ints.fill(0, start / VALUE_BYTES, start / VALUE_BYTES + count);
  const recorder = activeRecorder();
  if (recorder !== null) recorder.wrote(start, new Int32Array(count));
}

/** Lends the room of a layout to `use`, from an address that a vector may have. */
export function withWorkspace(wasm: BackendWasm, { size }: Layout, use: (start: number) => void): void {
  const shared = sharedRoomOf(wasm);
  if (shared.lent + size > SHARED_BYTES) {
    withOwnRoom(wasm, size, use);
    return;
  }
  const start = shared.start + shared.lent;
  activeRecorder()?.lent({ start, bytes: size });
  shared.lent += size;
  try {
    use(start);
  } finally {
    shared.lent -= size;
  }
}

function withOwnRoom(wasm: BackendWasm, size: number, use: (start: number) => void): void {
  const room = takeRoom(wasm, { size });
  try {
    use(startOf(wasm, room));
  } finally {
    wasm.disposeData(room.dataId);
  }
}

/** Where a tensor's values lie, in bytes; it does not move. */
export const addressOf = (wasm: BackendWasm, { dataId }: TensorInfo): number => wasm.getMemoryOffset(dataId);
