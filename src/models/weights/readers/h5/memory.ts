/**
 * Owns a limit of the memory that wasm takes in this thread: a damaged file of a few kB has the library ask for 2 GB. The
 * library asks for memory by `WebAssembly.Memory`, and takes a refusal for the end of what there is.
 */

let limitBytes = Infinity;
let isWatched = false;

/** From now on no wasm memory of this thread grows beyond the limit. Call it in a thread that does nothing else. */
export function limitMemory(bytes: number): void {
  limitBytes = bytes;
  if (isWatched) return;
  isWatched = true;
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the memory as its `this`.
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function limited(this: WebAssembly.Memory, pages: number): number {
    if (this.buffer.byteLength + pages * PAGE_BYTES > limitBytes) {
      // oxlint-disable-next-line eslint-js/no-restricted-syntax -- what the platform itself throws, and the library expects.
      throw new RangeError(`wasm memory beyond ${limitBytes} bytes was refused`);
    }
    return grow.call(this, pages);
  };
}

const PAGE_BYTES = 65_536;
