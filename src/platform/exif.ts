/**
 * Owns taking the note "show me turned" out of a picture. Browsers turn pictures by it whatever they are asked;
 * Pillow's `open`, and so the paper, does not.
 */
import type { PictureFormat } from './picture-header.ts';

/**
 * The picture without its Exif block; the very bytes where it has none.
 *
 * @param encoded a picture of that format, by its header
 */
export function withoutExif(
  encoded: Uint8Array<ArrayBuffer>,
  format: PictureFormat,
): Uint8Array<ArrayBuffer> {
  switch (format) {
    case 'jpeg':
      return cut(encoded, findJpegExif(encoded));
    case 'png':
      return cut(encoded, findPngExif(encoded));
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

function findJpegExif(bytes: Uint8Array): Stretch | null {
  let at = 2;
  while (at + 10 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1; // a fill byte before a marker
      continue;
    }
    if (marker === 0xda) return null;
    const end = at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    if (marker === 0xe1 && textAt(bytes, at + 4) === 'Exif') return { start: at, end };
    at = end;
  }
  return null;
}

function findPngExif(bytes: Uint8Array): Stretch | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 8;
  while (at + 12 <= bytes.length) {
    const end = at + 12 + view.getUint32(at);
    if (textAt(bytes, at + 4) === 'eXIf') return { start: at, end };
    at = end;
  }
  return null;
}

/** A chunk of an unknown name is passed over; cutting it out would mean to write the sizes anew. */
function renameWebpExif(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 12;
  while (at + 8 <= bytes.length) {
    if (textAt(bytes, at) === 'EXIF') {
      const renamed = bytes.slice();
      renamed.set([0x58, 0x58, 0x58, 0x58], at);
      return renamed;
    }
    // Chunks begin at even places.
    at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) % 2);
  }
  return bytes;
}

function cut(bytes: Uint8Array<ArrayBuffer>, stretch: Stretch | null): Uint8Array<ArrayBuffer> {
  if (stretch === null || stretch.end > bytes.length) return bytes;
  const rest = new Uint8Array(bytes.length - (stretch.end - stretch.start));
  rest.set(bytes.subarray(0, stretch.start));
  rest.set(bytes.subarray(stretch.end), stretch.start);
  return rest;
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
