/**
 * Owns sums of products of thumbnails' pixels, by SIMD where there is some, and the memory for it. The module is
 * thumbnail-kernel.as.ts, compiled.
 */
import { startSimdModule } from '../../lib/bytes/simd-module.ts';
import { MODULE } from './thumbnail-kernel.wasm.ts';

/** What the module exports. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  widen(from: number, into: number): void;
  products(wide: number, list: number, count: number): void;
}

/** Thumbnails that others are held against at a time: 64 kB, so that they stay in the nearest cache. */
export const BLOCK = 64;

/** Bytes of a thumbnail, 32 x 32 grey levels. */
const THUMBNAIL_BYTES = 1024;
const WIDE_AT = THUMBNAIL_BYTES;
const LIST_AT = WIDE_AT + 2 * THUMBNAIL_BYTES;
const THUMBNAILS_AT = LIST_AT + 4 * BLOCK;
const END = THUMBNAILS_AT + BLOCK * THUMBNAIL_BYTES;

/** Undefined until first asked for, null where WebAssembly has no SIMD. */
let loaded: KernelExports | null | undefined;

/** Some thumbnails, each 32 x 32 grey levels, that others are held against. */
export interface ThumbnailBlock {
  /**
   * The sums of products of a thumbnail's pixels with those of some of the block.
   *
   * @param places of the first `count` of them in the block
   * @returns a sum for each, to be read before the next call
   */
  products(thumbnail: Uint8Array, places: Int32Array, count: number): Int32Array;
}

/**
 * Takes at most {@link BLOCK} thumbnails to hold others against; the block before is not used any more.
 *
 * @param mayUseKernel false for tests of the other way
 */
export function thumbnailBlock(thumbnails: readonly Uint8Array[], mayUseKernel = true): ThumbnailBlock {
  if (loaded === undefined) loaded = startSimdModule(MODULE) as KernelExports | null;
  return loaded === null || !mayUseKernel ? plainBlock(thumbnails) : kernelBlock(loaded, thumbnails);
}

function kernelBlock(kernel: KernelExports, thumbnails: readonly Uint8Array[]): ThumbnailBlock {
  const { memory } = kernel;
  const missing = END - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
  const bytes = new Uint8Array(memory.buffer);
  const list = new Int32Array(memory.buffer, LIST_AT, BLOCK);
  for (const [place, thumbnail] of thumbnails.entries()) {
    bytes.set(thumbnail, THUMBNAILS_AT + place * THUMBNAIL_BYTES);
  }
  return {
    products(thumbnail, places, count) {
      for (let i = 0; i < count; i += 1) list[i] = THUMBNAILS_AT + places[i]! * THUMBNAIL_BYTES;
      bytes.set(thumbnail, 0);
      kernel.widen(0, WIDE_AT);
      kernel.products(WIDE_AT, LIST_AT, count);
      return list;
    },
  };
}

function plainBlock(thumbnails: readonly Uint8Array[]): ThumbnailBlock {
  const sums = new Int32Array(BLOCK);
  return {
    products(thumbnail, places, count) {
      for (let i = 0; i < count; i += 1) sums[i] = product(thumbnail, thumbnails[places[i]!]!);
      return sums;
    },
  };
}

function product(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}
