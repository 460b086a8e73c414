/**
 * Where activations may be kept: in the GPU's memory, in the host's, in the machine's storage; each within its bounds,
 * the fastest that has room first. What none has room for is computed again: that costs speed, never the run.
 */
import type { CacheBounds } from '../../kernels/webgpu/gpu.ts';
import { formatBytes } from '../../lib/format.ts';
import { newId } from '../../lib/new-id.ts';
import type { ByteStore } from '../../platform/byte-store.ts';
import { asStudioError, StudioError } from '../../protocol/errors.ts';
import { DeviceSlab } from './device-slab.ts';
import { HostSlab } from './host-slab.ts';
import { tierFor, without, type Room, type Taken } from './room.ts';
import { pictureBytesOf, type Slab, type SlabShape } from './slab.ts';
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

/** Share of the room on this machine that may be taken. */
const STORED_SHARE = 0.5;

/** One for a session. */
export class Tiers {
  readonly #taken = { device: 0, host: 0, stored: 0 };
  readonly #store: ByteStore | null;
  /** What keys begin with: other tabs keep theirs in the same store. */
  readonly #name = newId();
  #slabs = 0;

  constructor(readonly bounds: TierBounds) {
    this.#store = bounds.openStore();
  }

  /** What there is when nothing is kept. */
  async room(): Promise<Room> {
    const { device, hostBytes } = this.bounds;
    const freeBytes = (await this.#store?.roomBytes().catch(() => 0)) ?? 0;
    return {
      deviceBytes: device?.totalBytes ?? 0,
      devicePieceBytes: device?.slabBytes ?? 0,
      hostBytes,
      storedBytes: (freeBytes + this.#taken.stored) * STORED_SHARE,
    };
  }

  /**
   * Makes room for one view; null when there is none left.
   *
   * @param mayStore whether reading it from storage is worth it
   */
  async place(form: SlabShape, mayStore: boolean): Promise<Placed | null> {
    const sizeBytes = form.pictures * pictureBytesOf(form);
    let left = await this.#left();
    for (;;) {
      const taken = tierFor(sizeBytes, left, mayStore);
      if (taken === null) return null;
      const slab = await this.#make(taken, form);
      if (slab === null) {
        // The device had less memory than its limits say.
        left = { ...left, deviceBytes: 0 };
        continue;
      }
      this.#taken[taken.tier] += taken.bytes;
      const giveBack = (): void => {
        this.#taken[taken.tier] -= taken.bytes;
      };
      return { slab, giveBack };
    }
  }

  async #left(): Promise<Room> {
    const { device, host, stored } = this.#taken;
    return [
      { tier: 'device', bytes: device } as const,
      { tier: 'host', bytes: host } as const,
      { tier: 'stored', bytes: stored } as const,
    ].reduce((room, taken) => without(taken, room), await this.room());
  }

  async #make({ tier }: Taken, form: SlabShape): Promise<Slab | null> {
    switch (tier) {
      case 'device':
        return (await this.bounds.device?.allocate(() => new DeviceSlab(form))) ?? null;
      case 'host':
        return new HostSlab(form);
      case 'stored':
        this.#slabs += 1;
        return this.#store && new StoredSlab(form, this.#store, `${this.#name}/${this.#slabs.toString()}/`);
      default:
        return tier satisfies never;
    }
  }
}

/** Said once when activations are computed again because there is no room for them. */
export function notKept(form: Pick<SlabShape, 'shape'>, cause?: unknown): StudioError {
  return new StudioError({
    code: 'storage/activations-not-kept',
    message: `What the frozen part computes (${formatBytes(pictureBytesOf(form))} a picture) does not fit into this machine’s memory for all pictures and views, so what has no room is computed anew in each epoch.`,
    hint: 'The results are the same; it only takes longer. Fewer views, smaller pictures or fewer unfrozen layers need less room.',
    ...(cause === undefined ? {} : { cause: asStudioError(cause) }),
  });
}
