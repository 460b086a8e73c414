/**
 * Owns taking the note "show me turned" out of a picture. Browsers turn pictures by it whatever they are asked;
 * Pillow's `open`, and so the paper, does not. A file may hold several such notes, where one program has kept what
 * another wrote: browsers differ in which of them they follow, so none is left.
 */
import { textAt, type PictureFormat } from './picture-header.ts';

/**
 * The picture without its Exif blocks; the very bytes where it has none.
 *
 * @param encoded a picture of that format, by its header
 */
export function withoutExif(
  encoded: Uint8Array<ArrayBuffer>,
  format: PictureFormat,
): Uint8Array<ArrayBuffer> {
  switch (format) {
    case 'jpeg':
      return without(encoded, findJpegExif(encoded));
    case 'png':
      return without(encoded, findPngExif(encoded));
    case 'webp':
      return renameWebpExif(encoded);
    case 'gif':
    case 'avif':
      return encoded;
    default:
      return format satisfies never;
  }
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Segments up to the picture's own data: no decoder looks for Exif behind it. */
function findJpegExif(bytes: Uint8Array): Stretch[] {
  const found: Stretch[] = [];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xda) break;
    if (marker === 0xff) {
      at += 1; // a fill byte before a marker
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2; // a marker that stands alone
      continue;
    }
    const end = at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    if (marker === 0xe1 && textAt(bytes, at + 4) === 'Exif') found.push({ start: at, end });
    at = end;
  }
  return found;
}

function findPngExif(bytes: Uint8Array): Stretch[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Stretch[] = [];
  let at = 8;
  while (at + 12 <= bytes.length) {
    const end = at + 12 + view.getUint32(at);
    if (textAt(bytes, at + 4) === 'eXIf') found.push({ start: at, end });
    at = end;
  }
  return found;
}

/** Chunks of an unknown name are passed over; cutting them out would mean to write the sizes anew. */
function renameWebpExif(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let renamed = bytes;
  let at = 12;
  while (at + 8 <= bytes.length) {
    if (textAt(bytes, at) === 'EXIF') {
      if (renamed === bytes) renamed = bytes.slice();
      renamed.set([0x58, 0x58, 0x58, 0x58], at);
    }
    // Chunks begin at even places.
    at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) % 2);
  }
  return renamed;
}

/** The bytes outside stretches, which stand in order; one that goes on beyond the end is damage, and stays. */
function without(bytes: Uint8Array<ArrayBuffer>, stretches: readonly Stretch[]): Uint8Array<ArrayBuffer> {
  const whole = stretches.filter(({ end }) => end <= bytes.length);
  if (whole.length === 0) return bytes;
  const rest = new Uint8Array(bytes.length - whole.reduce((sum, { start, end }) => sum + end - start, 0));
  let from = 0;
  let to = 0;
  for (const { start, end } of [...whole, { start: bytes.length, end: bytes.length }]) {
    rest.set(bytes.subarray(from, start), to);
    to += start - from;
    from = end;
  }
  return rest;
}
