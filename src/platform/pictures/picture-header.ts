/**
 * Owns what a picture file says of itself before it is decoded: its format, sides and whether it has alpha. Decoders
 * are only handed files that pass here, so that a bomb is refused by its header and markup named `.jpg` is not drawn.
 */
import { StudioError } from '../../protocol/errors.ts';
import { textAt } from './formats/named-chunks.ts';
import { readBmpHeader, type BmpHeader } from './formats/bmp-header.ts';
import { describeBytes } from './formats/foreign-formats.ts';
import { isCutPng } from './formats/png-end.ts';

/** Formats that are decoded alike everywhere. */
export type PictureFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'bmp';

export interface PictureHeader {
  readonly format: PictureFormat;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Whether pixels may be transparent; false where the header proves that they cannot. */
  readonly mayHaveAlpha: boolean;
  /** Whether a JPEG is kept in print colours, of which libraries make RGB in different ways. */
  readonly isCmyk: boolean;
  /** Whether a JPEG keeps its colours at half of the width and height (4:2:0), as most do. */
  readonly hasHalvedColours: boolean;
  /** Whether a PNG has 16 bits a channel, of which the upper half is taken. */
  readonly isDeep: boolean;
  /** What else is to know of a BMP. */
  readonly bmp?: BmpHeader;
}

/**
 * Most pixels of one picture, 64 million (a 64-megapixel camera): as RGBA they take 256 MB. Pillow warns above 89
 * million and refuses above 179 million.
 */
export const MAX_PICTURE_PIXELS = 64_000_000;

/**
 * Reads a picture's format and sides from its first bytes.
 *
 * @throws StudioError `data/picture-undecodable` when the bytes are not a picture of a known format;
 * `data/picture-too-large` when it would decode to more than {@link MAX_PICTURE_PIXELS}.
 */
export function checkPictureHeader(encoded: Uint8Array): PictureHeader {
  const found = readPictureHeader(encoded);
  if (found === null || found.width === 0 || found.height === 0) throw undecodable(encoded);
  if (found.width * found.height > MAX_PICTURE_PIXELS) {
    throw new StudioError({
      code: 'data/picture-too-large',
      message: `A picture of ${found.width} x ${found.height} pixels came; at most ${MAX_PICTURE_PIXELS / 1e6} million pixels are decoded.`,
      hint: 'Make the picture smaller and add it again, or leave it out.',
    });
  }
  return found;
}

/** Whether a file that passed {@link checkPictureHeader} has more pictures than its first: an animation's frames. */
export function isAnimated(encoded: Uint8Array): boolean {
  if (textAt(encoded, 0) === 'GIF8') return hasFramesBehind(encoded);
  if (textAt(encoded, 8) === 'WEBP') return textAt(encoded, 12) === 'VP8X' && (encoded[20]! & 2) !== 0;
  if (textAt(encoded, 4) === 'ftyp') return textAt(encoded, 8) === 'avis';
  return encoded[0] === 0x89 && hasPngChunk(viewOf(encoded), 'acTL');
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** Whether a GIF has a second frame: its blocks are gone through, which are extensions (21), frames (2C) and an end. */
function hasFramesBehind(bytes: Uint8Array): boolean {
  const tableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  let at = 13 + tableBytes(bytes[10] ?? 0);
  let frames = 0;
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x2c) frames += 1;
    if (frames > 1) return true;
    if (kind === 0x2c) at += 11 + tableBytes(bytes[at + 9] ?? 0);
    else if (kind === 0x21) at += 2;
    else return false;
    // Both end in pieces, each behind its length; one of length 0 is the last.
    while ((bytes[at] ?? 0) > 0) at += 1 + (bytes[at] ?? 0);
    at += 1;
  }
  return false;
}

/** The error for bytes that are no picture, or that a decoder gave up on. */
export function undecodable(encoded: Uint8Array, cause?: unknown): StudioError {
  return new StudioError({
    code: 'data/picture-undecodable',
    message: `A JPEG, PNG, WebP, GIF, AVIF or BMP picture was expected; what came is ${describeBytes(encoded)}.`,
    hint: 'Save the picture as JPEG or PNG with any picture editor and add it again, or leave it out.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Null when the bytes are no known picture or end before their sides. */
function readPictureHeader(bytes: Uint8Array): PictureHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return readJpeg(view);
  if (bytes.length < 26) return null;
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return readPng(view, bytes);
  if (startsWith(bytes, 0x47, 0x49, 0x46, 0x38)) {
    return header('gif', view.getUint16(6, true), view.getUint16(8, true), true);
  }
  if (textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WEBP') return readWebp(view, bytes);
  const bmp = readBmpHeader(bytes);
  if (bmp !== null) return { ...header('bmp', bmp.width, bmp.height, false), bmp };
  if (textAt(bytes, 4) === 'ftyp' && /avi[fs]/.test(textAt(bytes, 8))) return readAvif(view, bytes);
  return null;
}

function readJpeg(view: DataView): PictureHeader | null {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // a fill byte before a marker
      continue;
    }
    // SOF0..SOF15 carry the sides; C4, C8 and CC in that range are tables.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const components = view.getUint8(at + 9);
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return {
        ...header('jpeg', width, height, false),
        isCmyk: components === 4,
        hasHalvedColours: components === 3 && hasHalvedColours(view, at + 10),
      };
    }
    const standalone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += standalone ? 2 : 2 + view.getUint16(at + 2);
  }
  return null;
}

/** @param at where the three planes are described, each by its number, its sampling and its table */
function hasHalvedColours(view: DataView, at: number): boolean {
  const samplings = [1, 4, 7].map((offset) =>
    at + offset < view.byteLength ? view.getUint8(at + offset) : 0,
  );
  return samplings.join() === [0x22, 0x11, 0x11].join();
}

function readPng(view: DataView, bytes: Uint8Array): PictureHeader | null {
  // Some decoders fill up what is missing, and others refuse it: the same rows are kept everywhere.
  if (isCutPng(bytes)) return null;
  const colourType = view.getUint8(25);
  // Bit 2 is an alpha channel; palettes and single colours become transparent by a tRNS chunk.
  const mayHaveAlpha = (colourType & 4) !== 0 || hasPngChunk(view, 'tRNS');
  const isDeep = view.getUint8(24) === 16;
  return { ...header('png', view.getUint32(16), view.getUint32(20), mayHaveAlpha), isDeep };
}

/** Whether a chunk of that name stands before the first `IDAT`. */
function hasPngChunk(view: DataView, name: string): boolean {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let at = 8;
  while (at + 8 <= view.byteLength) {
    const type = textAt(bytes, at + 4);
    if (type === name) return true;
    if (type === 'IDAT') return false;
    at += 12 + view.getUint32(at);
  }
  return false;
}

function readWebp(view: DataView, bytes: Uint8Array): PictureHeader | null {
  if (bytes.length < 30) return null;
  const kind = textAt(bytes, 12);
  if (kind === 'VP8X') {
    const width = 1 + (view.getUint32(24, true) & 0xffffff);
    const height = 1 + (view.getUint32(26, true) >>> 8);
    return header('webp', width, height, (view.getUint8(20) & 0x10) !== 0);
  }
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true);
    const width = 1 + (bits & 0x3fff);
    const height = 1 + ((bits >> 14) & 0x3fff);
    return header('webp', width, height, (bits & 0x10000000) !== 0);
  }
  if (kind !== 'VP8 ') return null;
  const width = view.getUint16(26, true) & 0x3fff;
  const height = view.getUint16(28, true) & 0x3fff;
  return header('webp', width, height, false);
}

/** AVIF keeps its sides in an `ispe` box of the first kilobytes; the largest found is the picture's. */
function readAvif(view: DataView, bytes: Uint8Array): PictureHeader | null {
  let width = 0;
  let height = 0;
  const end = Math.min(bytes.length - 16, 65_536);
  for (let at = 0; at < end; at += 1) {
    if (bytes[at] === 0x69 && textAt(bytes, at) === 'ispe') {
      width = Math.max(width, view.getUint32(at + 8));
      height = Math.max(height, view.getUint32(at + 12));
    }
  }
  return width === 0 ? null : header('avif', width, height, true);
}

function header(format: PictureFormat, width: number, height: number, mayHaveAlpha: boolean): PictureHeader {
  return { format, width, height, mayHaveAlpha, isCmyk: false, hasHalvedColours: false, isDeep: false };
}

function startsWith(bytes: Uint8Array, ...magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
