/** Owns room in the wasm backend's heap for what a kernel needs while it runs: sizes, packed filters, lists of addresses. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

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

/** Lends the room of a layout to `use`, from an address that a vector may have. */
export function withWorkspace(wasm: BackendWasm, layout: Layout, use: (start: number) => void): void {
  const room = wasm.makeOutput([Math.ceil(layout.size / VALUE_BYTES) + ALIGNMENT / VALUE_BYTES], 'float32');
  try {
    use(Math.ceil(addressOf(wasm, room) / ALIGNMENT) * ALIGNMENT);
  } finally {
    wasm.disposeData(room.dataId);
  }
}

/** Where a tensor's values lie, in bytes; it does not move. */
export function addressOf(wasm: BackendWasm, tensor: TensorInfo): number {
  return wasm.typedArrayFromHeap(tensor).byteOffset;
}
