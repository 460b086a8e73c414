/** Owns the codecs that pages are packed with. */
import type { CompressionCodec } from 'hyparquet';
import { compressors, decompressZstd } from 'hyparquet-compressors';
import { damaged, unsupportedCompression } from '../parquet-errors.ts';

type Unpacker = (bytes: Uint8Array, length: number) => Uint8Array;

const unpackers: Readonly<Partial<Record<string, Unpacker>>> = {
  ...compressors,
  UNCOMPRESSED: (bytes) => bytes,
  // Zstandard's own idea of its length is not trusted with an allocation.
  ZSTD: (bytes, length) => decompressZstd(bytes, new Uint8Array(length)),
};

/** Whether pages of that codec can be read; a number that names none comes as undefined, whatever its type. */
export function isReadable(codec: CompressionCodec): boolean {
  return Object.hasOwn(unpackers, codec);
}

/**
 * Unpacks a page.
 *
 * @param length bytes that it must unpack to
 * @throws StudioError `data/unsupported-compression`, `data/damaged`; plain errors of the codec
 */
export function unpack(bytes: Uint8Array, codec: CompressionCodec, length: number): Uint8Array<ArrayBuffer> {
  const unpacker = unpackers[codec];
  if (unpacker === undefined) throw unsupportedCompression(codec);
  const unpacked = unpacker(bytes, length);
  if (unpacked.length !== length)
    throw damaged(`a page unpacks to ${unpacked.length} bytes instead of ${length}`);
  return unpacked as Uint8Array<ArrayBuffer>;
}
