/**
 * Keeps activations from one run of a session to the next: a recipe that was changed behind the cut finds what the
 * frozen part computed still there; one that was changed before it does not.
 */
import * as tf from '@tensorflow/tfjs';
import type { PictureStore } from '../data/dataset.ts';
import { cacheBounds } from '../kernels/webgpu/gpu.ts';
import type { Platform } from '../platform/platform.ts';
import { ActivationCache, type CacheForm } from '../training/cache/activation-cache.ts';
import type { Room } from '../training/cache/room.ts';
import { Tiers } from '../training/cache/tiers.ts';

/** Bytes of host memory that cached activations may take. */
const HOST_BYTES = 2 * 2 ** 30;

/** One for as long as a device is used; clear it before another is. */
export class CacheShelf {
  readonly #caches = new Map<string, ActivationCache>();
  #tiers: Tiers | null = null;
  #pictures: PictureStore | null = null;

  constructor(
    readonly platform: Pick<Platform, 'openStore'>,
    readonly hostBytes = HOST_BYTES,
  ) {}

  /** Begins a run on `pictures`, whose caches are those of `keys`: drops all others. */
  begin(pictures: PictureStore, keys: readonly string[]): void {
    for (const [key, cache] of this.#caches) {
      if (pictures === this.#pictures && keys.includes(key)) continue;
      cache.clear();
      this.#caches.delete(key);
    }
    this.#pictures = pictures;
  }

  /** The cache of a key, which stays here. */
  take(key: string, form: CacheForm): ActivationCache {
    const cache = this.#caches.get(key) ?? this.make(form);
    cache.begin(form);
    this.#caches.set(key, cache);
    return cache;
  }

  /** A cache within the same bounds that belongs to the caller, who clears it. */
  make(form: CacheForm): ActivationCache {
    return new ActivationCache(form, this.#places);
  }

  /** What there is room for when nothing is kept. */
  room(): Promise<Room> {
    return this.#places.room();
  }

  get #places(): Tiers {
    this.#tiers ??= new Tiers({
      device: tf.getBackend() === 'webgpu' ? cacheBounds(tf.backend()) : null,
      hostBytes: this.hostBytes,
      openStore: () => this.platform.openStore('activations'),
    });
    return this.#tiers;
  }

  /** Frees everything. */
  clear(): void {
    for (const cache of this.#caches.values()) cache.clear();
    this.#caches.clear();
  }
}
