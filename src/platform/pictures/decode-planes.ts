/**
 * Owns decoding the usual JPEG by `ImageDecoder`: some browsers hand its planes over as they are stored, which spares
 * the file's way through another process, the canvas, and copies of four bytes a pixel.
 */
import type { RgbPicture } from '../platform.ts';
import { SpareMemory } from '../spare-memory.ts';
import { layout420, planesToRgb, takesPlanes } from './ycc-kernel.ts';

/** Whether the browser may give planes: false once it did not. */
let mayGivePlanes = 'ImageDecoder' in globalThis;
const memory = new SpareMemory();

/**
 * Decodes a JPEG whose colour planes have half of its sides.
 *
 * @param jpeg without an Exif block
 * @param width by its header, as `height`
 * @returns null where it is to be decoded another way: here, or because it is damaged
 */
export async function decodePlanes(
  jpeg: Uint8Array<ArrayBuffer>,
  width: number,
  height: number,
): Promise<RgbPicture | null> {
  if (!mayGivePlanes || !takesPlanes(width, height)) return null;
  const decoder = new ImageDecoder({ data: jpeg, type: 'image/jpeg', colorSpaceConversion: 'none' });
  try {
    const { image } = await decoder.decode();
    const planes = await readPlanes(image, width, height).finally(() => image.close());
    if (planes === null) {
      mayGivePlanes = false;
      return null;
    }
    const data = memory.take(width * height * 3);
    planesToRgb(planes, width, height, data);
    memory.give(planes);
    return { width, height, channels: 3, data, release: () => memory.give(data) };
  } catch (error) {
    // What is wrong with the picture is for the decoder to say that every browser has.
    if (error instanceof DOMException || error instanceof TypeError) return null;
    throw error;
  } finally {
    decoder.close();
  }
}

async function readPlanes(
  image: VideoFrame,
  width: number,
  height: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { format, visibleRect, colorSpace } = image;
  const isWhole = visibleRect?.width === width && visibleRect.height === height;
  const isOfJpeg = colorSpace.fullRange === true && colorSpace.matrix === 'smpte170m';
  if (format !== 'I420' || !isWhole || !isOfJpeg) return null;
  const { byteLength, planes } = layout420(width, height);
  const bytes = memory.take(byteLength);
  await image.copyTo(bytes, { layout: [...planes] });
  return bytes;
}
