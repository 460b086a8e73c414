/** Zips that no common program writes, or only old ones: names in code pages, files that overlap, more files than are counted. */

/** Copies the list's entry of a zip's only file, so that so many files lie in the place of one. */
export function overlappingZip(zip: Uint8Array, copies: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = zip.length - 22;
  const [bytes, at] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  const out = new Uint8Array(at + bytes * copies + 22);
  out.set(zip.subarray(0, at));
  for (let copy = 0; copy < copies; copy += 1) out.set(zip.subarray(at, at + bytes), at + bytes * copy);
  out.set(zip.subarray(end), at + bytes * copies);
  const tail = new DataView(out.buffer, out.length - 22);
  tail.setUint16(8, copies % 65_536, true);
  tail.setUint16(10, copies % 65_536, true);
  tail.setUint32(12, bytes * copies, true);
  return out;
}

/**
 * Puts other bytes in the place of names, and takes the mark of UTF-8 away.
 *
 * @param zip whose names have as many bytes as what takes their place
 */
export function renamedZip(
  zip: Uint8Array,
  names: Readonly<Record<string, readonly number[]>>,
): Uint8Array<ArrayBuffer> {
  const out = Buffer.from(zip);
  for (const [name, bytes] of Object.entries(names)) {
    if (Buffer.byteLength(name) !== bytes.length) throw new TypeError(`${name} was expected to be as long.`);
    for (let at = out.indexOf(name); at !== -1; at = out.indexOf(name, at + 1)) out.set(bytes, at);
  }
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  for (let at = 0; at + 4 <= out.length; at += 1) {
    const signature = view.getUint32(at, true);
    const flagsAt = signature === 0x04034b50 ? 6 : signature === 0x02014b50 ? 8 : 0;
    if (flagsAt > 0) view.setUint16(at + flagsAt, view.getUint16(at + flagsAt, true) & ~0x800, true);
  }
  return Uint8Array.from(out);
}
