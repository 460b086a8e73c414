/** Owns the times that a device writes down of what it does. */
import { beginTimedPass, submit, type Gpu } from './gpu.ts';

/** The device's own clock; where it offers none, nothing is written down. */
export class DeviceClock {
  readonly #queries: GPUQuerySet | null;

  constructor(
    readonly gpu: Gpu,
    readonly count: number,
  ) {
    const { device } = gpu;
    this.#queries = device.features.has('timestamp-query')
      ? device.createQuerySet({ type: 'timestamp', count: 2 * count })
      : null;
  }

  /** What is recorded up to the next submit is the `at`-th time. */
  begin(at: number): void {
    if (this.#queries === null) return;
    beginTimedPass(this.gpu, {
      querySet: this.#queries,
      beginningOfPassWriteIndex: 2 * at,
      endOfPassWriteIndex: 2 * at + 1,
    });
  }

  /** In milliseconds, NaN for what was not timed; null where there is no clock. */
  async read(): Promise<readonly number[] | null> {
    if (this.#queries === null) return null;
    const { device, queue } = this.gpu;
    const size = 2 * this.count * BigUint64Array.BYTES_PER_ELEMENT;
    const resolved = device.createBuffer({
      size,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const read = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    try {
      const encoder = device.createCommandEncoder();
      encoder.resolveQuerySet(this.#queries, 0, 2 * this.count, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, read, 0, size);
      submit(this.gpu);
      queue.submit([encoder.finish()]);
      await read.mapAsync(GPUMapMode.READ);
      const times = new BigUint64Array(read.getMappedRange());
      return Array.from({ length: this.count }, (_, at) => Number(times[2 * at + 1]! - times[2 * at]!) / 1e6);
    } finally {
      resolved.destroy();
      read.destroy();
    }
  }

  dispose(): void {
    this.#queries?.destroy();
  }
}
