/** Decoding pictures by sharp, in whatever thread this is called. */
import sharp from 'sharp';
import { readBmp } from './decode-bmp.ts';
import { checkPictureHeader, MAX_PICTURE_PIXELS, undecodable } from './picture-header.ts';
import { cmykToRgb } from './pixels.ts';
import { withPngEnd } from './png-end.ts';
import type { RgbPicture } from '../platform.ts';

// Pictures are decoded several at a time already: threads inside one JPEG and a cache of operations only cost.
sharp.cache(false);
sharp.concurrency(1);

/** @see Platform.decodePicture */
export async function decodePicture(encoded: Uint8Array): Promise<RgbPicture> {
  const { format, isCmyk, bmp } = checkPictureHeader(encoded);
  if (bmp !== undefined) return readBmp(encoded, bmp);
  const data = format === 'png' ? withPngEnd(encoded) : encoded;
  try {
    const picture = sharp(data, {
      failOn: 'truncated',
      limitInputPixels: MAX_PICTURE_PIXELS,
      pages: 1,
      ignoreIcc: true,
      // Row by row into the result: else the whole picture is decoded to memory first, and copied.
      sequentialRead: true,
    });
    const converted = isCmyk
      ? picture.pipelineColourspace('cmyk').toColourspace('cmyk')
      : picture.toColourspace('srgb').removeAlpha();
    const { data: pixels, info } = await converted
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const rgb = isCmyk ? cmykToRgb(pixels) : pixels;
    return { width: info.width, height: info.height, channels: 3, data: rgb };
  } catch (cause) {
    throw undecodable(encoded, cause);
  }
}
