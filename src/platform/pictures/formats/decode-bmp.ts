/**
 * Owns decoding BMP, which sharp does not read and browsers read each in its own way: one decoder for both platforms, with
 * Pillow's pixels. Pixels are stored from the bottom row up (or down, where the height is negative), each row filled up to
 * four bytes; up to 8 bits they are numbers of a palette, above that blue, green and red, or bits that masks pick out.
 *
 * @see https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
 * @see Pillow `PIL/BmpImagePlugin.py`, and `src/libImaging/Unpack.c` for how 5 bits become 8
 */
import type { RgbPicture } from '../../platform.ts';
import { COMPRESSION, type BmpHeader } from './bmp-header.ts';
import { undecodable } from '../picture-header.ts';

/**
 * Decodes a BMP.
 *
 * @throws StudioError `data/picture-undecodable` where its pixels end too early
 */
export function readBmp(bytes: Uint8Array, header: BmpHeader): RgbPicture {
  const { width, height, bits, compression } = header;
  const data = new Uint8Array(width * height * 3);
  const isPacked = compression === COMPRESSION.rle8 || compression === COMPRESSION.rle4;
  const isWhole =
    bits > 8
      ? readColours(bytes, header, data)
      : paint(data, bytes, header, isPacked ? unpackRuns(bytes, header) : readNumbers(bytes, header));
  if (!isWhole) throw undecodable(bytes);
  return { width, height, channels: 3, data };
}

/** Where a stored row goes. */
const rowAt = ({ width, height, isTopDown }: BmpHeader, row: number): number =>
  (isTopDown ? row : height - 1 - row) * width * 3;

function readColours(bytes: Uint8Array, header: BmpHeader, data: Uint8Array): boolean {
  const { width, height, bits, masks, pixelsAt } = header;
  const pixelBytes = bits / 8;
  const stride = Math.ceil((width * pixelBytes) / 4) * 4;
  // Some writers leave out what fills the last row up.
  if (pixelsAt + (height - 1) * stride + width * pixelBytes > bytes.length) return false;
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, most: mask >>> shift };
  });
  for (let row = 0; row < height; row += 1) {
    let from = pixelsAt + row * stride;
    let to = rowAt(header, row);
    for (let x = 0; x < width; x += 1, from += pixelBytes) {
      let pixel = bytes[from]! | (bytes[from + 1]! << 8);
      if (bits > 16) pixel |= bytes[from + 2]! << 16;
      if (bits > 24) pixel |= bytes[from + 3]! << 24;
      for (const { mask, shift, most } of channels) {
        data[to] = most === 0 ? 0 : Math.trunc((((pixel & mask) >>> shift) * 255) / most);
        to += 1;
      }
    }
  }
  return true;
}

/** Each pixel's number in the palette, row by row as stored; null where they end too early. */
function readNumbers(bytes: Uint8Array, { width, height, bits, pixelsAt }: BmpHeader): Uint8Array | null {
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (pixelsAt + (height - 1) * stride + Math.ceil((width * bits) / 8) > bytes.length) return null;
  const numbers = new Uint8Array(width * height);
  const most = (1 << bits) - 1;
  for (let row = 0; row < height; row += 1) {
    for (let x = 0; x < width; x += 1) {
      const bit = x * bits;
      const byte = bytes[pixelsAt + row * stride + (bit >> 3)]!;
      numbers[row * width + x] = (byte >> (8 - bits - (bit & 7))) & most;
    }
  }
  return numbers;
}

/** The same of packed pixels: runs of one number (or two in turn, with 4 bits), stretches as they are, and jumps. */
function unpackRuns(bytes: Uint8Array, { width, height, bits, pixelsAt }: BmpHeader): Uint8Array | null {
  const numbers = new Uint8Array(width * height);
  const [endOfRow, endOfPicture, jump] = [0, 1, 2];
  let [at, x, row] = [pixelsAt, 0, 0];
  const put = (number: number): void => {
    if (x < width && row < height) numbers[row * width + x] = number;
    x += 1;
  };
  const nibble = (byte: number, index: number): number => (index % 2 === 0 ? byte >> 4 : byte & 15);
  while (at + 1 < bytes.length) {
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i += 1) put(bits === 8 ? value : nibble(value, i));
    } else if (value === endOfRow) {
      [x, row] = [0, row + 1];
    } else if (value === endOfPicture) {
      return numbers;
    } else if (value === jump) {
      [x, row] = [x + (bytes[at] ?? 0), row + (bytes[at + 1] ?? 0)];
      at += 2;
    } else {
      const stretch = Math.ceil((value * bits) / 8);
      if (at + stretch > bytes.length) return null;
      for (let i = 0; i < value; i += 1) {
        put(bits === 8 ? bytes[at + i]! : nibble(bytes[at + (i >> 1)]!, i));
      }
      at += stretch + (stretch % 2);
    }
  }
  // The mark of the end may be missing where all rows are there.
  return row >= height - 1 && (x >= width || row >= height) ? numbers : null;
}

/** Puts the palette's colours for the numbers. */
function paint(data: Uint8Array, bytes: Uint8Array, header: BmpHeader, numbers: Uint8Array | null): boolean {
  if (numbers === null) return false;
  const { width, height, paletteAt, colourBytes, pixelsAt } = header;
  const colours = Math.floor((Math.min(pixelsAt, bytes.length) - paletteAt) / colourBytes);
  for (let row = 0; row < height; row += 1) {
    const to = rowAt(header, row);
    for (let x = 0; x < width; x += 1) {
      const number = numbers[row * width + x]!;
      // What the palette does not have is black.
      if (number >= colours) continue;
      const from = paletteAt + number * colourBytes;
      for (let channel = 0; channel < 3; channel += 1)
        data[to + x * 3 + channel] = bytes[from + 2 - channel]!;
    }
  }
  return true;
}
