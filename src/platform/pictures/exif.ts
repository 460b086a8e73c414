/**
 * Owns the note "show me turned" in a picture: reading it, and taking it out. Browsers turn pictures by it whatever they
 * are asked; Pillow's `open`, and so the paper, does not, while `datasets` does. So it is taken out before a picture is
 * decoded, and `orientation.ts` turns where a recipe wants that. A file may hold several such notes, where one program has
 * kept what another wrote: browsers differ in which of them they follow, so none is left, and the first one counts.
 */
import {
  pngChunks,
  renamed,
  textAt,
  webpChunks,
  without,
  type Chunk,
  type Stretch,
} from './formats/named-chunks.ts';
import { checkPictureHeader, type PictureFormat } from './picture-header.ts';

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
      return without(
        encoded,
        pngChunks(encoded).filter(({ name }) => name === 'eXIf'),
      );
    case 'webp':
      return renamed(
        encoded,
        webpChunks(encoded)
          .filter(({ name }) => name === 'EXIF')
          .map(({ start }) => start),
      );
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
  const first = firstNote(encoded, checkPictureHeader(encoded).format);
  return first === undefined ? 1 : readOrientation(encoded.subarray(first.content, first.end));
}

/** Where the first note is. */
function firstNote(encoded: Uint8Array, format: PictureFormat): Omit<Chunk, 'name'> | undefined {
  if (format === 'png') return pngChunks(encoded).find(({ name }) => name === 'eXIf');
  if (format === 'webp') return webpChunks(encoded).find(({ name }) => name === 'EXIF');
  if (format !== 'jpeg') return undefined;
  const [first] = findJpegExif(encoded);
  return first && { ...first, content: first.start + 4 };
}

/** @param exif a small TIFF: its byte order, then a table of tags */
function readOrientation(exif: Uint8Array): number {
  // JPEG's begins with its name, and WebP's may.
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
