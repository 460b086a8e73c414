/** Owns unpacking one file of a zip, into no more memory than it claimed. */
import { Inflate } from 'fflate';
import { StudioError } from '../../protocol/errors.ts';
import type { ByteSource } from '../../platform/platform.ts';
import { damagedZip, type ZipEntry } from './zip-directory.ts';

/** Bytes inflated at a time, so that a claim that proves false is noticed early. */
const STEP_BYTES = 2 ** 16;

/**
 * Deflate makes at most 1,032 bytes of one. Files of a zip that overlap can all the same unpack to any size: what is really
 * unpacked of all of them, each counted once, is no more than that.
 */
const MAX_RATIO = 1100;

/** Unpacks files of a zip. */
export class ZipUnpacker {
  readonly #counted = new Set<ZipEntry>();
  #unpackedBytes = 0;

  constructor(readonly file: ByteSource) {}

  /**
   * Reads one file.
   *
   * @throws StudioError `data/damaged`, `data/unsupported-compression`, `data/zip-bomb`
   */
  async read(entry: ZipEntry): Promise<Uint8Array> {
    const bytes = await readZipEntry(this.file, entry);
    if (!this.#counted.has(entry)) {
      this.#counted.add(entry);
      this.#unpackedBytes += bytes.length;
    }
    if (this.#unpackedBytes > this.file.byteLength * MAX_RATIO) throw zipBomb(this.file.byteLength);
    return bytes;
  }
}

async function readZipEntry(file: ByteSource, entry: ZipEntry): Promise<Uint8Array> {
  const header = new DataView(await file.slice(entry.headerAt, entry.headerAt + 30));
  if (header.byteLength < 30 || header.getUint32(0, true) !== 0x04034b50) {
    throw damagedZip(`"${entry.path}" is not where it should be`);
  }
  const from = entry.headerAt + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = new Uint8Array(await file.slice(from, from + entry.packedBytes));
  if (packed.length !== entry.packedBytes) throw damagedZip(`"${entry.path}" ends too early`);
  if (entry.method === 0) return packed;
  if (entry.method === 8) return inflate(packed, entry);
  throw new StudioError({
    code: 'data/unsupported-compression',
    message: `Files stored or deflated were expected; "${entry.path}" is packed by method ${entry.method}.`,
    hint: 'Pack the folders anew with any common zip program, at its usual settings.',
  });
}

function inflate(packed: Uint8Array, entry: ZipEntry): Uint8Array {
  const unpacked = new Uint8Array(entry.unpackedBytes);
  let filled = 0;
  const stream = new Inflate((chunk) => {
    if (filled + chunk.length > unpacked.length) throw damagedZip(`"${entry.path}" is larger than it claims`);
    unpacked.set(chunk, filled);
    filled += chunk.length;
  });
  try {
    for (let at = 0; at < packed.length; at += STEP_BYTES) {
      stream.push(packed.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= packed.length);
    }
  } catch (thrown) {
    throw thrown instanceof StudioError ? thrown : damagedZip(`"${entry.path}" is damaged`, thrown);
  }
  if (filled !== unpacked.length) throw damagedZip(`"${entry.path}" ends too early`);
  return unpacked;
}

function zipBomb(fileBytes: number): StudioError {
  return new StudioError({
    code: 'data/zip-bomb',
    message: `A zip whose files lie one after another was expected; this one of ${fileBytes} bytes unpacks to more than ${MAX_RATIO} times that, since its files overlap.`,
    hint: 'Do not trust this file: it is made to fill the memory. If it is your own, pack the folders anew.',
  });
}
