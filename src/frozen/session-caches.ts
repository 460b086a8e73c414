/**
 * Keeps activations from one run of a session to the next: a recipe that was changed behind the cut finds what the
 * frozen part computed still there; one that was changed before it does not.
 */
import * as tf from '@tensorflow/tfjs';
import { gpuRoom } from '../kernels/webgpu/room.ts';
import type { Platform } from '../platform/platform.ts';
import { ActivationCache, type CacheForm } from './activation-cache.ts';
import type { Room } from './budget.ts';
import type { Tell } from './notices.ts';
import { SessionDisk } from './storage/disk.ts';
import { Places } from './storage/places.ts';

/** Bytes of the host's memory that activations may take. */
const MEMORY_BYTES = 2 * 2 ** 30;

/** One for as long as a device is used; clear it before another is. */
export class SessionCaches {
  readonly #caches = new Map<string, ActivationCache>();
  readonly #disk: SessionDisk | null;
  #places: Places | null = null;
  #pictures: object | null = null;

  constructor(
    platform: Pick<Platform, 'openStore' | 'owned'>,
    readonly memoryBytes = MEMORY_BYTES,
  ) {
    const store = platform.openStore('activations');
    this.#disk = store === null ? null : new SessionDisk(store, platform.owned);
  }

  /** Begins a run on `pictures`, whose caches are those of `keys`: drops all others. */
  begin(pictures: object, keys: readonly string[]): void {
    for (const [key, cache] of this.#caches) {
      if (pictures === this.#pictures && keys.includes(key)) continue;
      cache.clear();
      this.#caches.delete(key);
    }
    this.#pictures = pictures;
  }

  /** The cache of a key, which stays here. */
  take(key: string, form: CacheForm, tell: Tell): ActivationCache {
    const cache = this.#caches.get(key) ?? this.make(form, tell);
    cache.begin(form, tell);
    this.#caches.set(key, cache);
    return cache;
  }

  /** A cache within the same bounds that belongs to the caller, who clears it. */
  make(form: CacheForm, tell: Tell): ActivationCache {
    return new ActivationCache(form, this.#open(), tell);
  }

  /** What there is room for when nothing is kept. */
  room(): Promise<Room> {
    return this.#open().room();
  }

  /** Frees everything; on disk that takes a moment. */
  async clear(): Promise<void> {
    for (const cache of this.#caches.values()) cache.clear();
    this.#caches.clear();
    await this.#disk?.close();
  }

  #open(): Places {
    this.#places ??= new Places({
      gpu: tf.getBackend() === 'webgpu' ? gpuRoom(tf.backend()) : null,
      memoryBytes: this.memoryBytes,
      disk: this.#disk,
    });
    return this.#places;
  }
}
