/**
 * Owns the header of a BMP: its sides, how its pixels are packed, and where they begin.
 *
 * @see https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
 */

/** Ways to pack pixels. */
export const COMPRESSION = { none: 0, rle8: 1, rle4: 2, bitFields: 3 } as const;

/** What stands before the pixels. */
export interface BmpHeader {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly isTopDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the palette and the pixels begin. */
  readonly paletteAt: number;
  readonly pixelsAt: number;
  /** Bytes of a palette's colour. */
  readonly colourBytes: 3 | 4;
  /** Red, green, blue; only with 16 and 32 bits. */
  readonly masks: readonly [number, number, number];
}

/** Null where the bytes are no BMP of a kind that Pillow reads. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return null;
  const size = view.getUint32(14, true);
  const pixelsAt = view.getUint32(10, true);
  if (size === 12) {
    const [width, height, bits] = [18, 20, 24].map((at) => view.getUint16(at, true)) as [
      number,
      number,
      number,
    ];
    const old = { width, height, isTopDown: false, bits, compression: 0, paletteAt: 26, pixelsAt };
    return isReadable(old) ? { ...old, colourBytes: 3, masks: masksOf(bits) } : null;
  }
  if (size < 40 || size > 124 || bytes.length < 14 + size) return null;
  const height = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const hasMasks = compression === COMPRESSION.bitFields;
  if (hasMasks && bytes.length < 66) return null;
  const header = {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    isTopDown: height < 0,
    ...{ bits, compression, pixelsAt },
    // The masks of the shortest header stand behind it.
    paletteAt: 14 + size + (hasMasks && size === 40 ? 12 : 0),
  };
  if (!isReadable(header)) return null;
  const masks = [54, 58, 62].map((at) => view.getUint32(at, true)) as [number, number, number];
  return { ...header, colourBytes: 4, masks: hasMasks ? masks : masksOf(bits) };
}

const masksOf = (bits: number): [number, number, number] =>
  bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];

function isReadable({
  width,
  bits,
  compression,
}: Pick<BmpHeader, 'width' | 'bits' | 'compression'>): boolean {
  const { none, rle8, rle4, bitFields } = COMPRESSION;
  const bitsOf: Readonly<Record<number, readonly number[]>> = {
    [none]: [1, 4, 8, 16, 24, 32],
    [rle8]: [8],
    [rle4]: [4],
    [bitFields]: [16, 32],
  };
  return width > 0 && (bitsOf[compression]?.includes(bits) ?? false);
}
