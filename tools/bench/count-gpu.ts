/**
 * Counts what a WebGPU program asks of the device: dispatches, submits, buffers created and how many bytes are held.
 * It wraps the prototypes of WebGPU's own classes, so it sees tfjs' work and ours alike, in Node and in a browser.
 */

/** What happened since the last {@link GpuCounter.reset}. */
export interface GpuCounts {
  dispatches: number;
  submits: number;
  buffersCreated: number;
  bytesCreated: number;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Make one a process, before a backend starts; {@link stop} puts everything back. */
export class GpuCounter {
  #counts: GpuCounts = emptyCounts();
  #liveBytes = 0;
  #peakBytes = 0;
  readonly #undo: (() => void)[] = [];

  /** @param options `skipsArithmetic` counts dispatches without running them: counts do not depend on values */
  constructor(options: { readonly skipsArithmetic?: boolean } = {}) {
    const { skipsArithmetic = false } = options;
    this.#undo.push(
      wrapMethod(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', (original) => (self, args) => {
        this.#counts.dispatches += 1;
        return skipsArithmetic ? undefined : original.apply(self, args);
      }),
      wrapMethod(GPUQueue.prototype, 'submit', (original) => (self, args) => {
        this.#counts.submits += 1;
        return original.apply(self, args);
      }),
      wrapMethod(GPUDevice.prototype, 'createBuffer', (original) => (self, args) => {
        const buffer = original.apply(self, args) as GPUBuffer;
        this.#counts.buffersCreated += 1;
        this.#counts.bytesCreated += buffer.size;
        this.#liveBytes += buffer.size;
        this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes);
        return buffer;
      }),
      wrapMethod(GPUBuffer.prototype, 'destroy', (original) => (self, args) => {
        this.#liveBytes -= (self as GPUBuffer).size;
        return original.apply(self, args);
      }),
    );
  }

  /** Counts since the last reset. */
  get counts(): Readonly<GpuCounts> {
    return { ...this.#counts };
  }

  /** Bytes in buffers that are not destroyed, those that a pool holds included. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** The most bytes that were held at one time since the last reset. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  reset(): void {
    this.#counts = emptyCounts();
    this.#peakBytes = this.#liveBytes;
  }

  stop(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }
}

/**
 * Puts a method in the place of one of WebGPU's own.
 *
 * @returns what puts the old one back
 */
export function wrapMethod(
  owner: object,
  name: string,
  make: (original: Method) => (self: unknown, args: unknown[]) => unknown,
): () => void {
  const methods = owner as Record<string, Method>;
  const original = methods[name];
  if (original === undefined) throw new TypeError(`WebGPU has no ${name} here`);
  const wrapped = make(original);
  methods[name] = function (this: unknown, ...args: unknown[]) {
    return wrapped(this, args);
  };
  return () => {
    methods[name] = original;
  };
}

function emptyCounts(): GpuCounts {
  return { dispatches: 0, submits: 0, buffersCreated: 0, bytesCreated: 0 };
}
