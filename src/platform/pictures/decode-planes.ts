/**
 * Owns decoding the usual JPEG by `ImageDecoder`: some browsers hand its planes over as they are stored, which spares
 * the file's way through another process, the canvas, and copies of four bytes a pixel. Memory is used again: pictures
 * of a set are mostly of one size, and asking the system for a new megabyte for each costs as much as filling it.
 */
import type { RgbPicture } from '../platform.ts';
import { layout420, planesToRgb, takesPlanes } from './ycc-kernel.ts';

/** Stretches that wait, at most: as many pictures as are decoded at a time in one thread. */
const MOST_SPARE = 4;

class SpareMemory {
  #spare: ArrayBuffer[] = [];

  /** So many bytes, of any content. */
  take(byteLength: number): Uint8Array<ArrayBuffer> {
    const found = this.#spare.findIndex((buffer) => buffer.byteLength >= byteLength);
    const [buffer = new ArrayBuffer(byteLength)] = found < 0 ? [] : this.#spare.splice(found, 1);
    return new Uint8Array(buffer, 0, byteLength);
  }

  /** Gives back what was taken; it must not be used after that. */
  give({ buffer }: Uint8Array<ArrayBuffer>): void {
    this.#spare = [...this.#spare, buffer].slice(-MOST_SPARE);
  }
}

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
