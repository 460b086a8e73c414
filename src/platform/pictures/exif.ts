/**
 * Owns taking the note "show me turned" out of a picture. Browsers turn pictures by it whatever they are asked;
 * Pillow's `open`, and so the paper, does not. A file may hold several such notes, where one program has kept what
 * another wrote: browsers differ in which of them they follow, so none is left.
 */
import { pngChunks, renamed, webpChunks, without, type Stretch } from './picture-chunks.ts';
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
      return encoded;
    default:
      return format satisfies never;
  }
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
