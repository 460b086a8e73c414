/**
 * The places where activations may be kept: the GPU's memory, the host's, the disk; each within its bounds, the fastest
 * that has room first. A place that fails is taken to have no more room than it had given, and the next is tried.
 */
import type { GpuRoom } from '../../kernels/webgpu/room.ts';
import type { StudioError } from '../../protocol/errors.ts';
import { placementFor, without, type Place, type Room } from '../budget.ts';
import type { SessionDisk } from './disk.ts';
import { GpuStore } from './gpu.ts';
import { MemoryStore } from './memory.ts';
import { storageFailure, type ActivationStore, type StoreForm } from './storage.ts';

export interface PlacesOptions {
  /** Null where the device has no memory of its own. */
  readonly gpu: GpuRoom | null;
  readonly memoryBytes: number;
  /** Null where nothing is kept on this machine. */
  readonly disk: SessionDisk | null;
}

/** A place that failed, and why. */
export interface Failure {
  readonly place: Place;
  readonly cause: StudioError;
}

/** A store in its place. */
export interface Placed {
  readonly place: Place;
  readonly store: ActivationStore;
  /** Frees the store and gives its room back. */
  readonly release: () => void;
  /** The same, of a store that failed: its place has no room for more. */
  readonly gaveOut: (cause: StudioError) => Failure;
}

/** Share of the room on this machine that may be taken. */
const DISK_SHARE = 0.5;

/** One for a session and a device. */
export class Places {
  readonly #taken: Record<Place, number> = { gpu: 0, memory: 0, disk: 0 };
  /** What each place has shown that it cannot give more than. */
  readonly #most: Record<Place, number> = { gpu: Infinity, memory: Infinity, disk: Infinity };

  constructor(readonly options: PlacesOptions) {}

  /** What there is when nothing is kept. */
  async room(): Promise<Room> {
    const { gpu, memoryBytes, disk } = this.options;
    return {
      gpuBytes: Math.min(gpu?.totalBytes ?? 0, this.#most.gpu),
      gpuPieceBytes: gpu?.pieceBytes ?? 0,
      memoryBytes: Math.min(memoryBytes, this.#most.memory),
      diskBytes: Math.min(await this.#diskBytes(disk), this.#most.disk),
    };
  }

  /**
   * Finds a place for one view, the fastest that has room and does not fail.
   *
   * @param mayUseDisk whether reading it from disk is worth it
   * @returns null when there is none; and the places that failed on the way
   */
  async place(
    form: StoreForm,
    mayUseDisk: boolean,
  ): Promise<{ readonly placed: Placed | null; readonly failures: readonly Failure[] }> {
    const failures: Failure[] = [];
    for (;;) {
      const bytes = form.pictures * form.words * Int32Array.BYTES_PER_ELEMENT;
      const placement = placementFor(bytes, await this.#left(), mayUseDisk);
      if (placement === null) return { placed: null, failures };
      const { place } = placement;
      // Before it is made: others ask for room meanwhile.
      this.#taken[place] += bytes;
      try {
        return { placed: this.#placed(place, bytes, await this.#make(place, form)), failures };
      } catch (error) {
        failures.push(this.#gaveOut(place, bytes, storageFailure(error)));
      }
    }
  }

  #placed(place: Place, bytes: number, store: ActivationStore): Placed {
    return {
      place,
      store,
      release: () => {
        store.dispose();
        this.#taken[place] -= bytes;
      },
      gaveOut: (cause) => {
        store.dispose();
        return this.#gaveOut(place, bytes, cause);
      },
    };
  }

  #gaveOut(place: Place, bytes: number, cause: StudioError): Failure {
    this.#taken[place] -= bytes;
    this.#most[place] = this.#taken[place];
    return { place, cause };
  }

  async #diskBytes(disk: SessionDisk | null): Promise<number> {
    if (disk === null) return 0;
    // One that does not say how much is left counts as full.
    const freeBytes = await disk.bytes.roomBytes().catch(() => 0);
    return ((freeBytes ?? 0) + this.#taken.disk) * DISK_SHARE;
  }

  async #left(): Promise<Room> {
    const { gpu, memory, disk } = this.#taken;
    let room = await this.room();
    room = without({ place: 'gpu', bytes: gpu }, room);
    room = without({ place: 'memory', bytes: memory }, room);
    return without({ place: 'disk', bytes: disk }, room);
  }

  #make(place: Place, form: StoreForm): Promise<ActivationStore> {
    const { gpu, disk } = this.options;
    // Where there is no GPU or no disk it has no room, so it is not chosen.
    if (place === 'gpu' && gpu !== null) return GpuStore.make(form, gpu);
    if (place === 'disk' && disk !== null) return disk.make(form);
    return Promise.resolve().then(() => new MemoryStore(form));
  }
}
