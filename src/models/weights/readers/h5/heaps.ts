/**
 * Owns checking the global heaps of an HDF5 file, where texts of any length are. The library walks through a heap by the
 * sizes in it, and never ends where damage has made one of them 0.
 *
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html (III.E, Disk Format: Level 1E, Global Heap)
 */
import { unreadable } from '../weight-file.ts';

/** "GCOL", version 1, three reserved bytes. */
const SIGNATURE = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0];
/** Of a heap and of each object in it: in both the last eight bytes are a size. */
const HEADER_BYTES = 16;

/** @throws StudioError `model/weights-unreadable` where walking through a heap would leave it, or stay in one place */
export function checkHeaps(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = bytes.indexOf(0x47); start !== -1; start = bytes.indexOf(0x47, start + 1)) {
    if (!SIGNATURE.every((byte, at) => bytes[start + at] === byte)) continue;
    const end = start + sizeAt(view, start);
    if (!(end <= bytes.length)) throw damaged(start);
    let at = start + HEADER_BYTES;
    while (at + HEADER_BYTES <= end) {
      // The object with number 0 is what is free: its size has its header in it.
      const isFree = view.getUint16(at, true) === 0;
      const size = sizeAt(view, at);
      const step = isFree ? size : HEADER_BYTES + Math.ceil(size / 8) * 8;
      if (step < HEADER_BYTES || at + step > end) throw damaged(start);
      at += step;
    }
  }
}

/** More than 2^53 is less exact, and more than any file has. */
function sizeAt(view: DataView, header: number): number {
  return header + HEADER_BYTES <= view.byteLength ? Number(view.getBigUint64(header + 8, true)) : NaN;
}

const damaged = (start: number): Error =>
  unreadable(`The HDF5 file is damaged: the sizes in its heap at byte ${start} do not add up.`);
