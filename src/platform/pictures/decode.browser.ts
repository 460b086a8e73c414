/** Decoding pictures by the browser's own decoders, in whatever worker this is called. */
import { StudioError } from '../../protocol/errors.ts';
import { readBitmap } from './bitmap-pixels.ts';
import { decodePlanes } from './decode-planes.ts';
import { withoutExif } from './exif.ts';
import { checkPictureHeader, undecodable } from './picture-header.ts';
import type { RgbPicture } from '../platform.ts';

/** @see Platform.decodePicture */
export async function decodePicture(encoded: Uint8Array): Promise<RgbPicture> {
  const { format, mayHaveAlpha, hasHalvedColours, ...sides } = checkPictureHeader(encoded);
  // The web's decoders keep no reference, but their types want memory that is not shared.
  const data = withoutExif(encoded as Uint8Array<ArrayBuffer>, format);
  if (hasHalvedColours) {
    const picture = await decodePlanes(data, sides.width, sides.height);
    if (picture !== null) return picture;
  }
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([data], { type: `image/${format}` }), {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
  } catch (cause) {
    throw undecodable(encoded, cause);
  }
  const { width, height } = bitmap;
  const pixels = readBitmap(bitmap, !mayHaveAlpha);
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
