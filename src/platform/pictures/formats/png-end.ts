/**
 * Owns how far a PNG goes. It is a row of chunks, of which `IEND` is the last. Where that alone is missing all pixels are there,
 * and the picture is taken, as Pillow takes it; where another chunk is cut off it is not.
 */
import { pngChunks, textAt } from './named-chunks.ts';

const END = [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82];

/** Where the last whole chunk ends, whether it is the end's, and whether a chunk that is not the last is cut off behind it. */
function tailOf(png: Uint8Array): {
  readonly end: number;
  readonly hasEnd: boolean;
  readonly isCut: boolean;
} {
  const whole = pngChunks(png).filter(({ end: to }) => to <= png.length);
  const last = whole.at(-1);
  const end = last?.end ?? 8;
  const hasEnd = whole.some(({ name }) => name === 'IEND');
  const isCut = !hasEnd && (last === undefined || (end + 8 <= png.length && textAt(png, end + 4) !== 'IEND'));
  return { end, hasEnd, isCut };
}

/** Whether a chunk that is not the last is cut off. */
export const isCutPng = (png: Uint8Array): boolean => tailOf(png).isCut;

/** The picture with its end, the very bytes where it has one. */
export function withPngEnd(png: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { end, hasEnd } = tailOf(png);
  if (hasEnd) return png;
  const whole = new Uint8Array(end + END.length);
  whole.set(png.subarray(0, end));
  whole.set(END, end);
  return whole;
}
