/** Decoding pictures by sharp, in whatever thread this is called. */
import type sharpLibrary from 'sharp';
import { withoutAlpha } from './alpha.ts';
import { readBmp } from './formats/decode-bmp.ts';
import { checkPictureHeader, MAX_PICTURE_PIXELS, undecodable } from './picture-header.ts';
import { cmykToRgb } from './pixels.ts';
import { withPngEnd } from './formats/png-end.ts';
import type { RgbPicture } from '../platform.ts';

let library: Promise<typeof sharpLibrary> | undefined;

/** Loaded with the first picture: a command that only says what is wrong with its recipe has none. */
async function loadSharp(): Promise<typeof sharpLibrary> {
  const { default: sharp } = await import('sharp');
  // Pictures are decoded several at a time already: threads inside one JPEG and a cache of operations only cost.
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}

/** @see Platform.decodePicture */
export async function decodePicture(encoded: Uint8Array): Promise<RgbPicture> {
  const { isCmyk, mayHaveAlpha, format, bmp } = checkPictureHeader(encoded);
  if (bmp !== undefined) return readBmp(encoded, bmp);
  const given = encoded as Uint8Array<ArrayBuffer>;
  const whole = format === 'png' ? withPngEnd(given) : given;
  // Of a GIF it forgets the colour that is transparent.
  const opaque = mayHaveAlpha ? withoutAlpha(whole, format).data : whole;
  const sharp = await (library ??= loadSharp());
  try {
    const picture = sharp(opaque, {
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
    const { data, info } = await converted.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 3, data: isCmyk ? cmykToRgb(data) : data };
  } catch (cause) {
    throw undecodable(encoded, cause);
  }
}
