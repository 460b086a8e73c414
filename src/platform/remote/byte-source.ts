/** Owns the simplest {@link ByteSource}s: bytes in memory and a picked file, which both platforms have. */
import type { ByteSource } from '../platform.ts';

/** A stretch of memory as a source. */
export function bytesSource(bytes: ArrayBuffer): ByteSource {
  return {
    byteLength: bytes.byteLength,
    slice: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}

/** A picked file as a source; it is read from disk slice by slice. */
export function blobSource(blob: Blob): ByteSource {
  return {
    byteLength: blob.size,
    ...(blob instanceof File ? { version: `${blob.name} ${blob.lastModified.toString()}` } : {}),
    slice: (start, end) => blob.slice(start, end).arrayBuffer(),
  };
}
