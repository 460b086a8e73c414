/**
 * Owns taking the transparency out of a picture's file. A network sees colours alone: those of a transparent pixel as they are
 * stored, as with Pillow's `convert('RGB')`. Browsers multiply colours by their alpha when they decode, and so forget
 * them: WebKit whatever it is asked, the others on their way through a canvas. Without alpha there is nothing to multiply
 * by, and all of them give the same pixels.
 */
import { pngChunks, renamed, webpChunks, without } from './formats/named-chunks.ts';
import type { PictureFormat } from './picture-header.ts';

/** How AVIF says that an image is the alpha of another. */
const AVIF_ALPHA = 'auxiliary:alpha';

/** Where boxes that describe an AVIF end, at most; its image follows. */
const AVIF_HEAD_BYTES = 65_536;

/** A file and whether browsers take all of its pixels for opaque. */
export interface Opaque {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly isOpaque: boolean;
}

/**
 * The picture without its transparency, the colours as they were. It stays where it is stored with the colours of each
 * pixel: in PNGs with alpha (see `decodeAlphaPng`) and lossless WebP.
 *
 * @param encoded a picture of that format, by its header
 */
export function withoutAlpha(encoded: Uint8Array<ArrayBuffer>, format: PictureFormat): Opaque {
  switch (format) {
    case 'png': {
      const parts = pngChunks(encoded).filter(({ name }) => name === 'tRNS');
      return { data: without(encoded, parts), isOpaque: true };
    }
    case 'gif':
      return { data: opaqueGif(encoded), isOpaque: true };
    case 'webp':
      return opaqueWebp(encoded);
    case 'avif':
      return { data: opaqueAvif(encoded), isOpaque: true };
    case 'jpeg':
    case 'bmp':
      return { data: encoded, isOpaque: true };
    default:
      return format satisfies never;
  }
}

/** A GIF names one colour of its palette transparent, by a flag before each frame; the first is the one that is decoded. */
function opaqueGif(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const palette = bytes[10]!;
  let at = 13 + ((palette & 0x80) === 0 ? 0 : 3 << ((palette & 7) + 1));
  while (bytes[at] === 0x21) {
    const isControl = bytes[at + 1] === 0xf9;
    if (isControl && (bytes[at + 3]! & 1) === 1) {
      const copy = bytes.slice();
      copy[at + 3]! &= ~1;
      return copy;
    }
    at += 2;
    // Blocks, each with its length before it, up to an empty one.
    while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1;
    at += 1;
  }
  return bytes;
}

/** Lossy pictures have their alpha in a chunk of its own. */
function opaqueWebp(bytes: Uint8Array<ArrayBuffer>): Opaque {
  const chunks = webpChunks(bytes);
  if (chunks.some(({ name }) => name === 'VP8L')) return { data: bytes, isOpaque: false };
  const planes = chunks.filter(({ name }) => name === 'ALPH').map(({ start }) => start);
  const data = renamed(bytes, planes);
  const head = chunks.find(({ name }) => name === 'VP8X');
  // Its first byte has a flag for it.
  if (head !== undefined && data !== bytes) data[head.content]! &= ~0x10;
  return { data, isOpaque: true };
}

/** An image of an unknown use is passed over. */
function opaqueAvif(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, AVIF_HEAD_BYTES));
  const at = head.indexOf(AVIF_ALPHA);
  return at === -1 ? bytes : renamed(bytes, [at + AVIF_ALPHA.length - 4]);
}
