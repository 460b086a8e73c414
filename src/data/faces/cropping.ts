/**
 * Owns preparing a picture as a recipe says: whole, or cut to the largest face in it. A face is looked for in a small copy,
 * for which the picture is decoded once more than for the crop: threads then keep nothing of it while the device looks.
 */
import { countOf, formatCount } from '../../lib/format.ts';
import type { Remark } from '../../protocol/set/dataset.ts';
import type { Preparing } from '../../protocol/recipe/preparing.ts';
import type { PictureJob, PreparedPicture } from '../pool/prepare.ts';
import { faceOf, squareAround, type FaceDetector, type Square } from './crop.ts';

/** How pictures are prepared, and who finds faces where they are cut to them. */
export interface Cropping {
  readonly preparing: Preparing;
  readonly faces: FaceDetector | null;
}

/** A prepared picture. */
export interface CroppedPicture extends PreparedPicture {
  /** Null where none was looked for. */
  readonly hasFace: boolean | null;
}

/**
 * Prepares a picture. One in which no face is found is whole.
 *
 * @param prepare does what a job says, here or in a thread
 * @throws StudioError `data/picture-…`, `net/asset-missing`, `gpu/…`
 */
export async function prepareCropped(
  encoded: Uint8Array,
  { preparing, faces }: Cropping,
  prepare: (job: PictureJob) => Promise<PreparedPicture>,
): Promise<CroppedPicture> {
  const { faceMargin, ...how } = preparing;
  if (faceMargin === null || faces === null)
    return { ...(await prepare({ encoded, ...how, frame: 'whole' })), hasFace: null };
  const { side } = faces;
  const { orientation } = how;
  const look = { encoded, orientation, size: side, resize: 'bilinear', frame: 'letterbox' } as const;
  const square = await squareOf(await prepare(look), faces, faceMargin);
  const prepared = await prepare({ encoded, ...how, frame: square ?? 'whole' });
  return { ...prepared, hasFace: square !== null };
}

async function squareOf(
  { picture, width, height }: PreparedPicture,
  faces: FaceDetector,
  margin: number,
): Promise<Square | null> {
  const [largest] = await faces.find(picture);
  const sides = { width, height };
  return largest === undefined ? null : squareAround(faceOf(largest, sides), margin, sides);
}

/** What must be known of a set that was cut to faces, without a picture's name: it travels. Nothing where each has a face. */
export function faceRemarks(count: number, of: number, withoutFace: 'whole' | 'leaveOut'): Remark[] {
  if (count === 0) return [];
  const became = withoutFace === 'whole' ? 'taken whole' : 'left out';
  return [
    {
      message: `In ${formatCount(count)} of ${countOf(of, 'picture')} no face was found: ${count === 1 ? 'it is' : 'they are'} ${became}, the others are cut to their largest face.`,
      hint:
        withoutFace === 'whole'
          ? 'Look at them in the report. Set image.withoutFace to "leaveOut" in the recipe to leave them out.'
          : 'Look at them in the report. Set image.withoutFace to "whole" in the recipe to take them as they are.',
    },
  ];
}
