/** Pictures that are tried, made what training makes of a set's: decoded, cropped, resized, and nothing kept of them. */
import type { Dataset } from '../../data/dataset.ts';
import { decodeTurned } from '../../data/pool/prepare.ts';
import { cutOut, squareAround, type Square } from '../../data/faces/crop.ts';
import { resizePicture } from '../../data/resize/resize.ts';
import { orientationOf } from '../../platform/pictures/exif.ts';
import { rgbaToRgb } from '../../platform/pictures/pixels.ts';
import { checkPictureHeader, isAnimated } from '../../platform/pictures/picture-header.ts';
import type { Platform, RgbPicture } from '../../platform/platform.ts';
import { StudioError, type WireError } from '../../protocol/errors.ts';
import { isPreparedAlike } from '../../protocol/identity.ts';
import { preparingOf, type Preparing } from '../../protocol/recipe/preparing.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { AskedPicture, FoundFaces, PicturePart } from '../../protocol/try.ts';
import type { FaceFinder } from '../faces.ts';

/** A picture as a network takes it. */
export interface NewPicture {
  /** RGB uint8, `[size, size, 3]`. */
  readonly picture: Uint8Array<ArrayBuffer>;
  /** What its owner may not expect. */
  readonly notes: readonly WireError[];
  /** Null where none were looked for. */
  readonly faces: FoundFaces | null;
}

/** What pictures are taken from, and made to. */
interface Where {
  readonly platform: Pick<Platform, 'decodePicture'>;
  /** As the network was trained. */
  readonly image: Recipe['image'];
  readonly faces: FaceFinder;
  /** The open set; asked for its own pictures alone. */
  readonly dataset: () => Dataset;
  /**
   * Which face of a picture is wanted, the largest first; null for what the network was trained on: the largest, or all of
   * the picture.
   */
  readonly face: number | null;
}

/**
 * Makes a picture ready.
 *
 * @throws StudioError `data/picture-undecodable`, `data/picture-too-large`, `data/other-size`, `data/none-open`
 */
export async function newPictureOf(asked: AskedPicture, where: Where): Promise<NewPicture> {
  switch (asked.kind) {
    case 'file':
      return pictureOfFile(new Uint8Array(await asked.file.arrayBuffer()), where);
    case 'frame': {
      const { width, height, rgba } = asked;
      const frame = { width, height, channels: 4, data: new Uint8Array(rgba.buffer) } as const;
      return madeOf(frame, where);
    }
    case 'row': {
      return {
        picture: await picturesOfRows([asked.row], where.dataset(), where.image),
        notes: [],
        faces: null,
      };
    }
    case 'seen':
      return { picture: ownBytes(rgbaToRgb(asked.rgba)), notes: [], faces: null };
    default:
      return asked satisfies never;
  }
}

/**
 * Pictures of a set, `[rows.length, size, size, 3]`.
 *
 * @throws StudioError `data/other-size`, `data/otherwise-prepared`, `data/…`
 */
export async function picturesOfRows(
  rows: readonly number[],
  { pictures, preparing }: Pick<Dataset, 'pictures' | 'preparing'>,
  image: Recipe['image'],
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const wanted = preparingOf(image);
  if (preparing.size !== wanted.size) throw otherSize(preparing.size, wanted.size);
  if (!isPreparedAlike(preparing, wanted)) throw otherwisePrepared(preparing, wanted);
  return pictures.read(rows, signal);
}

/** The same of an encoded picture's bytes. */
export async function pictureOfFile(
  encoded: Uint8Array,
  { platform, ...how }: Omit<Where, 'dataset'>,
): Promise<NewPicture> {
  const { orientation } = how.image;
  const decoded = await decodeTurned((bytes) => platform.decodePicture(bytes), { encoded, orientation });
  try {
    const made = await madeOf(decoded, how);
    return { ...made, notes: [...notesOn(encoded, orientation), ...made.notes] };
  } finally {
    decoded.release?.();
  }
}

/** A picture of its own bytes, made of a decoded one: of all of it, or of the square around a face. */
async function madeOf(
  decoded: RgbPicture,
  { image, faces, face }: Omit<Where, 'platform' | 'dataset'>,
): Promise<NewPicture> {
  const { size, resize, crop, cropMargin } = image;
  const isCropped = crop === 'face' || face !== null;
  const found = isCropped ? await facesOf(decoded, faces, face ?? 0, cropMargin) : null;
  const part = found?.square == null ? decoded : cutOut(decoded, found.square);
  const picture = ownBytes(resizePicture(part, size, resize));
  const notes = found?.square === null ? [noFace(crop).toWire()] : [];
  return { picture, notes, faces: found?.faces ?? null };
}

async function facesOf(
  picture: RgbPicture,
  finder: FaceFinder,
  index: number,
  margin: number,
): Promise<{ readonly square: Square | null; readonly faces: FoundFaces }> {
  const { width, height } = picture;
  const found = await finder.inPicture(picture);
  const wanted = Math.min(index, found.length - 1);
  const face = found[wanted];
  const shareOf = (part: PicturePart): PicturePart => ({
    ...{ x: part.x / width, y: part.y / height },
    ...{ width: part.width / width, height: part.height / height },
  });
  const faces = found.map(shareOf);
  if (face === undefined) return { square: null, faces: { faces, shown: null, width, height } };
  const square = squareAround(face, margin, picture);
  const { left, top, side } = square;
  const shown = { index: wanted, square: shareOf({ x: left, y: top, width: side, height: side }) };
  return { square, faces: { faces, shown, width, height } };
}

/** Decoders hand their own memory over, which the next picture may be written to. */
const ownBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);

function notesOn(encoded: Uint8Array, orientation: Recipe['image']['orientation']): WireError[] {
  const { isCmyk } = checkPictureHeader(encoded);
  const isLying = orientation === 'stored' && orientationOf(encoded) !== 1;
  const notes = [
    ...(isAnimated(encoded) ? [animated()] : []),
    ...(isCmyk ? [printColours()] : []),
    ...(isLying ? [lying()] : []),
  ];
  return notes.map((note) => note.toWire());
}

const lying = (): StudioError =>
  new StudioError({
    code: 'data/picture-not-turned',
    message:
      'This picture says by an Exif note how to turn it; the network was trained on pictures as they are stored, and is shown it so: lying on the side or upside down.',
    hint: 'To show it upright, save it turned. A network that is trained with image.orientation "exif" turns pictures itself.',
  });

const noFace = (crop: Recipe['image']['crop']): StudioError =>
  new StudioError({
    code: 'data/no-face',
    message: `No face was found in this picture: the network was shown all of it${crop === 'face' ? ', though it was trained on faces' : ''}.`,
    hint: 'Faces that are small, turned away or covered are missed; a closer picture may help.',
  });

const animated = (): StudioError =>
  new StudioError({
    code: 'data/picture-animated',
    message: 'This picture moves; its first frame was taken.',
    hint: 'To try another frame, save it as a picture of its own.',
  });

const printColours = (): StudioError =>
  new StudioError({
    code: 'data/picture-cmyk',
    message:
      'This picture is kept in print colours (CMYK); they were turned into RGB without a colour profile.',
    hint: 'Where its colours look wrong beside the original, save it as RGB and open it again.',
  });

function otherSize(came: number, wanted: number): StudioError {
  return new StudioError({
    code: 'data/other-size',
    message: `A picture of ${wanted.toString()} pixels a side was expected, as the network was trained on; those of the open set are made ${came.toString()}.`,
    hint: 'Open the picture’s own file here, or the set at the size that the network was trained on.',
  });
}

function otherwisePrepared(came: Preparing, wanted: Preparing): StudioError {
  return new StudioError({
    code: 'data/otherwise-prepared',
    message: `Pictures were expected as the network was trained on them, ${preparedText(wanted)}; those of the open set are ${preparedText(came)}.`,
    hint: 'Open the picture’s own file here, or the set with the picture settings that the network was trained with.',
  });
}

function preparedText({ resize, orientation, faceMargin }: Preparing): string {
  const part = faceMargin === null ? 'whole' : `cut to faces with a margin of ${faceMargin.toString()}`;
  const turned = orientation === 'exif' ? 'turned as they say' : 'as they are stored';
  return `${part}, ${turned}, resized by ${resize}`;
}
