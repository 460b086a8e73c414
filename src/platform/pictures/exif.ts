/**
 * Owns the note "show me turned" in a picture: reading it, and taking it out. Browsers turn pictures by it whatever they
 * are asked; Pillow's `open`, and so the paper, does not, while `datasets` does. So it is taken out before a picture is
 * decoded, and `orientation.ts` turns where a recipe wants that. A file may hold several such notes, where one program has
 * kept what another wrote: browsers differ in which of them they follow, so none is left, and the first one counts.
 */
import { checkPictureHeader, textAt, type PictureFormat } from './picture-header.ts';

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
      return renamed(encoded, findWebpExif(encoded));
    case 'gif':
    case 'avif':
    case 'bmp':
      return encoded;
    default:
      return format satisfies never;
  }
}

/**
 * How the first note says that the picture is to be turned, 1 to 8 as in TIFF; 1, as it is, where there is none.
 *
 * @throws StudioError `data/picture-undecodable`, `data/picture-too-large`
 * @see Exif 2.32, tag 0x0112
 */
export function orientationOf(encoded: Uint8Array): number {
  const { format } = checkPictureHeader(encoded);
  const find = { jpeg: findJpegExif, png: findPngExif, webp: findWebpExif, gif: null, avif: null, bmp: null }[
    format
  ];
  const [first] = find?.(encoded) ?? [];
  return first === undefined ? 1 : readOrientation(encoded.subarray(first.dataAt, first.end));
}

/** @param exif a small TIFF: its byte order, then a table of tags */
function readOrientation(exif: Uint8Array): number {
  // WebP's may begin as JPEG's does.
  const tiff = textAt(exif, 0) === 'Exif' ? exif.subarray(6) : exif;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 14) return 1;
  const little = view.getUint16(0) === 0x4949;
  const table = view.getUint32(4, little);
  if (table + 2 > tiff.length) return 1;
  for (let entry = table + 2, left = view.getUint16(table, little); left > 0; entry += 12, left -= 1) {
    if (entry + 12 > tiff.length) return 1;
    if (view.getUint16(entry, little) !== 0x0112) continue;
    const orientation = view.getUint16(entry + 8, little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  /** Where what it holds begins. */
  readonly dataAt: number;
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
    if (marker === 0xe1 && textAt(bytes, at + 4) === 'Exif') found.push({ start: at, end, dataAt: at + 4 });
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
    if (textAt(bytes, at + 4) === 'eXIf') found.push({ start: at, end, dataAt: at + 8 });
    at = end;
  }
  return found;
}

function findWebpExif(bytes: Uint8Array): Stretch[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Stretch[] = [];
  let at = 12;
  while (at + 8 <= bytes.length) {
    const sizeBytes = view.getUint32(at + 4, true);
    if (textAt(bytes, at) === 'EXIF') found.push({ start: at, end: at + 8 + sizeBytes, dataAt: at + 8 });
    // Chunks begin at even places.
    at += 8 + sizeBytes + (sizeBytes % 2);
  }
  return found;
}

/** Chunks of an unknown name are passed over; cutting them out would mean to write the sizes anew. */
function renamed(bytes: Uint8Array<ArrayBuffer>, chunks: readonly Stretch[]): Uint8Array<ArrayBuffer> {
  if (chunks.length === 0) return bytes;
  const copy = bytes.slice();
  for (const { start } of chunks) copy.set([0x58, 0x58, 0x58, 0x58], start);
  return copy;
}

/** The bytes outside stretches, which stand in order; one that goes on beyond the end is damage, and stays. */
function without(bytes: Uint8Array<ArrayBuffer>, stretches: readonly Stretch[]): Uint8Array<ArrayBuffer> {
  const whole = stretches.filter(({ end }) => end <= bytes.length);
  if (whole.length === 0) return bytes;
  const rest = new Uint8Array(bytes.length - whole.reduce((sum, { start, end }) => sum + end - start, 0));
  let from = 0;
  let to = 0;
  for (const { start, end } of [...whole, { start: bytes.length, end: bytes.length, dataAt: bytes.length }]) {
    rest.set(bytes.subarray(from, start), to);
    to += start - from;
    from = end;
  }
  return rest;
}
