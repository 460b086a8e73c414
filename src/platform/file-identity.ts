/** Owns telling whether a file is one that was here before, without reading all of it. */
import { hashBytes } from '../lib/hash.ts';
import type { ByteSource } from './platform.ts';

/** Read of the beginning, of the end, and of as many places between. */
const EDGE_BYTES = 2 ** 16;
const PLACE_BYTES = 2 ** 12;
const PLACES = 14;

/**
 * A text that is the same for the same file: its size, its version where that is known, and a hash of its beginning,
 * its end and places between. Parquet files and zips say at their end where everything lies, so another content shows.
 */
export async function identityOf(file: ByteSource): Promise<string> {
  const { byteLength, version = '' } = file;
  const starts = Array.from({ length: PLACES }, (_, i) => Math.floor(((i + 1) * byteLength) / (PLACES + 1)));
  const parts = await Promise.all([
    file.slice(0, Math.min(EDGE_BYTES, byteLength)),
    ...starts.map((start) => file.slice(start, Math.min(start + PLACE_BYTES, byteLength))),
    file.slice(Math.max(0, byteLength - EDGE_BYTES), byteLength),
  ]);
  const hashes = parts.map((part) => hashBytes(new Uint8Array(part)));
  return [byteLength, version, ...hashes].join(' ');
}
