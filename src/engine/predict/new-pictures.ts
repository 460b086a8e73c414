/** Pictures that are tried, made what training makes of a set's: decoded, resized, and nothing kept of them. */
import type { Dataset } from '../../data/dataset.ts';
import { preparePicture } from '../../data/pool/prepare.ts';
import { resizePicture } from '../../data/resize/resize.ts';
import { rgbaToRgb } from '../../platform/pictures/pixels.ts';
import { checkPictureHeader, isAnimated } from '../../platform/pictures/picture-header.ts';
import type { Platform } from '../../platform/platform.ts';
import { StudioError, type WireError } from '../../protocol/errors.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { AskedPicture } from '../../protocol/try.ts';

/** A picture as a network takes it. */
export interface NewPicture {
  /** RGB uint8, `[size, size, 3]`. */
  readonly picture: Uint8Array<ArrayBuffer>;
  /** What its owner may not expect. */
  readonly notes: readonly WireError[];
}

/** What pictures are taken from, and made to. */
interface Where {
  readonly platform: Pick<Platform, 'decodePicture'>;
  readonly image: Recipe['image'];
  /** The open set; asked for its own pictures alone. */
  readonly dataset: () => Dataset;
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
      const { size, resize } = where.image;
      return { picture: ownBytes(resizePicture(frame, size, resize)), notes: [] };
    }
    case 'row': {
      return { picture: await picturesOfRows([asked.row], where.dataset(), where.image.size), notes: [] };
    }
    case 'seen':
      return { picture: ownBytes(rgbaToRgb(asked.rgba)), notes: [] };
    default:
      return asked satisfies never;
  }
}

/** Pictures of a set, `[rows.length, size, size, 3]`. @throws StudioError `data/other-size`, `data/…` */
export async function picturesOfRows(
  rows: readonly number[],
  { pictures }: Pick<Dataset, 'pictures'>,
  size: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (pictures.size !== size) throw otherSize(pictures.size, size);
  return pictures.read(rows, signal);
}

/** The same of an encoded picture's bytes. */
export async function pictureOfFile(
  encoded: Uint8Array,
  { platform, image }: Pick<Where, 'platform' | 'image'>,
): Promise<NewPicture> {
  const decode = (bytes: Uint8Array) => platform.decodePicture(bytes);
  const { picture } = await preparePicture(decode, { encoded, ...image });
  return { picture: ownBytes(picture), notes: notesOn(encoded) };
}

/** Decoders hand their own memory over, which the next picture may be written to. */
const ownBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);

function notesOn(encoded: Uint8Array): WireError[] {
  const { isCmyk } = checkPictureHeader(encoded);
  return [...(isAnimated(encoded) ? [animated()] : []), ...(isCmyk ? [printColours()] : [])].map((note) =>
    note.toWire(),
  );
}

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
