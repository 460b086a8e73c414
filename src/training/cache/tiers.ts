/**
 * Where activations may be kept: in the GPU's memory, in the host's, in the machine's storage; each within its bounds,
 * the fastest that has room first. What none has room for is computed again: that costs speed, never the run.
 */
import { asStudioError, StudioError } from '../../protocol/errors.ts';
import type { ByteStore } from '../../platform/byte-store.ts';
import type { CacheBounds } from '../../kernels/webgpu/gpu.ts';
import { DeviceSlab } from './device-slab.ts';
import { HostSlab } from './host-slab.ts';
import { widthOf, type Slab, type SlabShape } from './slab.ts';
import { StoredSlab } from './stored-slab.ts';

export interface TierBounds {
  /** Of the GPU's memory; null where it has none of its own. */
  readonly device: CacheBounds | null;
  readonly hostBytes: number;
  readonly openStore: () => ByteStore | null;
}

/** A slab and what it took from its tier's bounds. */
export interface Placed {
  readonly slab: Slab;
  readonly giveBack: () => void;
}

/** Larger pictures' activations are read from storage no faster than they are computed. */
const STORED_PICTURE_BYTES = 2 ** 20;
/** Share of the room on this machine that may be taken. */
const STORED_SHARE = 0.5;

/** See the header. One for a session. */
export class Tiers {
  #deviceBytes = 0;
  #hostBytes = 0;
  #storedBytes = 0;
  #slabs = 0;
  #store: ByteStore | null | undefined;

  constructor(readonly bounds: TierBounds) {}

  /** Makes room for one view; null when there is none left. */
  async place(form: SlabShape): Promise<Placed | null> {
    const sizeBytes = form.rows * widthOf(form) * Float32Array.BYTES_PER_ELEMENT;
    return (
      (await this.#onDevice(form, sizeBytes)) ??
      this.#onHost(form, sizeBytes) ??
      (await this.#onDisk(form, sizeBytes / 2))
    );
  }

  async #onDevice(form: SlabShape, sizeBytes: number): Promise<Placed | null> {
    const { device } = this.bounds;
    if (device === null || sizeBytes > device.slabBytes) return null;
    if (this.#deviceBytes + sizeBytes > device.totalBytes) return null;
    const slab = await device.allocate(() => new DeviceSlab(form));
    if (slab === null) return null;
    this.#deviceBytes += sizeBytes;
    const giveBack = (): void => {
      this.#deviceBytes -= sizeBytes;
    };
    return { slab, giveBack };
  }

  #onHost(form: SlabShape, sizeBytes: number): Placed | null {
    if (this.#hostBytes + sizeBytes > this.bounds.hostBytes) return null;
    this.#hostBytes += sizeBytes;
    const giveBack = (): void => {
      this.#hostBytes -= sizeBytes;
    };
    return { slab: new HostSlab(form), giveBack };
  }

  async #onDisk(form: SlabShape, sizeBytes: number): Promise<Placed | null> {
    if (sizeBytes / form.rows > STORED_PICTURE_BYTES) return null;
    const store = await this.#openStore();
    const roomBytes = (await store?.roomBytes().catch(() => 0)) ?? 0;
    if (store === null || this.#storedBytes + sizeBytes > (roomBytes + this.#storedBytes) * STORED_SHARE)
      return null;
    this.#storedBytes += sizeBytes;
    this.#slabs += 1;
    const giveBack = (): void => {
      this.#storedBytes -= sizeBytes;
    };
    return { slab: new StoredSlab(form, store, `${this.#slabs.toString()}/`), giveBack };
  }

  /** Opens the store, empty: what a closed tab left there belongs to no cache. */
  async #openStore(): Promise<ByteStore | null> {
    if (this.#store !== undefined) return this.#store;
    const store = this.bounds.openStore();
    this.#store = store;
    try {
      await store?.deleteAll('');
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      this.#store = null;
    }
    return this.#store;
  }
}

/** Said once when activations are computed again because there is no room for them. */
export function notKept(form: SlabShape, cause?: unknown): StudioError {
  const megabytes = (widthOf(form) * Float32Array.BYTES_PER_ELEMENT) / 2 ** 20;
  const each = megabytes >= 0.1 ? `${megabytes.toFixed(1)} MB` : `${(megabytes * 1024).toFixed(0)} kB`;
  return new StudioError({
    code: 'storage/activations-not-kept',
    message: `What the frozen part computes (${each} a picture) does not fit into this machine’s memory for all pictures and views, so it is computed anew in each epoch.`,
    hint: 'The results are the same; it only takes longer. Fewer views, smaller pictures or fewer unfrozen layers need less room.',
    ...(cause === undefined ? {} : { cause: asStudioError(cause) }),
  });
}
