/** Decoding pictures by the browser's own decoders, in whatever worker this is called. */
import { StudioError } from '../../protocol/errors.ts';
import type { RgbPicture } from '../platform.ts';
import { decodeAlphaPng } from './alpha-png.ts';
import { withoutAlpha } from './alpha.ts';
import { AS_STORED, readBitmap } from './bitmap-pixels.ts';
import { readBmp } from './formats/decode-bmp.ts';
import { decodePlanes } from './decode-planes.ts';
import { withoutExif } from './exif.ts';
import { checkPictureHeader, undecodable, type PictureHeader } from './picture-header.ts';
import { withPngEnd } from './formats/png-end.ts';

/** @see Platform.decodePicture */
export async function decodePicture(encoded: Uint8Array): Promise<RgbPicture> {
  const header = checkPictureHeader(encoded);
  if (header.bmp !== undefined) return readBmp(encoded, header.bmp);
  // The web's decoders keep no reference, but their types want memory that is not shared.
  const given = encoded as Uint8Array<ArrayBuffer>;
  const data = withoutExif(header.format === 'png' ? withPngEnd(given) : given, header.format);
  try {
    return (await decodeHere(data, header)) ?? (await decodeByBitmap(data, header));
  } catch (cause) {
    // A damaged file ends a stream with the one, and a bitmap with the other.
    if (cause instanceof TypeError || cause instanceof DOMException) throw undecodable(encoded, cause);
    throw cause;
  }
}

/** What browsers do not hand over untouched, or not fast; null for all else. */
async function decodeHere(
  data: Uint8Array<ArrayBuffer>,
  { format, mayHaveAlpha, hasHalvedColours, width, height }: PictureHeader,
): Promise<RgbPicture | null> {
  if (hasHalvedColours) return decodePlanes(data, width, height);
  return format === 'png' && mayHaveAlpha ? decodeAlphaPng(data) : null;
}

async function decodeByBitmap(
  encoded: Uint8Array<ArrayBuffer>,
  { format, mayHaveAlpha }: PictureHeader,
): Promise<RgbPicture> {
  const { data, isOpaque } = mayHaveAlpha ? withoutAlpha(encoded, format) : { data: encoded, isOpaque: true };
  const bitmap = await createImageBitmap(new Blob([data], { type: `image/${format}` }), AS_STORED);
  const { width, height } = bitmap;
  const pixels = await readBitmap(bitmap, isOpaque);
  bitmap.close();
  if (pixels === null) throw noCanvas(width, height);
  return { width, height, channels: 4, data: pixels };
}

function noCanvas(width: number, height: number): StudioError {
  return new StudioError({
    code: 'data/out-of-memory',
    message: `The browser gave no memory for a picture of ${width} x ${height} pixels.`,
    hint: 'Close other tabs and try again, or leave very large pictures out.',
    retryable: true,
  });
}
