/**
 * Owns how far a PNG goes. It is a row of chunks, each a length, a name, data and a check sum, of which `IEND` is the last. Where
 * that alone is missing all pixels are there, and the picture is taken, as Pillow takes it; where a chunk is cut off it is not.
 */

const SIGNATURE_BYTES = 8;
const END = [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82];

/** Where the last whole chunk ends, whether it is the end's, and whether pixels are cut off behind it. */
function walk(view: DataView): { readonly end: number; readonly hasEnd: boolean; readonly isCut: boolean } {
  let at = SIGNATURE_BYTES;
  while (at + 8 <= view.byteLength) {
    const next = at + 12 + view.getUint32(at);
    const isEnd = view.getUint32(at + 4) === 0x49454e44;
    if (next > view.byteLength) return { end: at, hasEnd: false, isCut: !isEnd };
    if (isEnd) return { end: next, hasEnd: true, isCut: false };
    at = next;
  }
  return { end: at, hasEnd: false, isCut: at === SIGNATURE_BYTES };
}

/** Whether a chunk that is not the last is cut off. */
export const isCutPng = (view: DataView): boolean => walk(view).isCut;

/** The picture with its end, the very bytes where it has one. */
export function withPngEnd(png: Uint8Array): Uint8Array {
  const { end, hasEnd } = walk(new DataView(png.buffer, png.byteOffset, png.byteLength));
  if (hasEnd) return png;
  const whole = new Uint8Array(end + END.length);
  whole.set(png.subarray(0, end));
  whole.set(END, end);
  return whole;
}
