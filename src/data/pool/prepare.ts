/** Owns what is done to one picture when a set is opened, and the messages by which a thread is asked for it. */
import type { RgbPicture } from '../../platform/platform.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import type { Orientation, ResizeMethod } from '../../protocol/recipe/recipe.ts';
import { fingerprintOf, type Fingerprint } from '../cleaning/fingerprint.ts';
import { orientationOf } from '../../platform/pictures/exif.ts';
import { turned } from '../../platform/pictures/orientation.ts';
import { cutOut, letterboxed, type Square } from '../faces/crop.ts';
import { resizePicture } from '../resize/resize.ts';

/** A picture's file and what to make of it. */
export interface PictureJob {
  readonly encoded: Uint8Array;
  /** In pixels. */
  readonly size: number;
  readonly resize: ResizeMethod;
  readonly orientation: Orientation;
  /** What of it is resized, once it is turned: all of it, all of it in a black square, or a part. */
  readonly frame: 'whole' | 'letterbox' | Square;
}

/** What was made. */
export interface PreparedPicture {
  /** RGB uint8, `[size, size, 3]`. */
  readonly picture: Uint8Array;
  /** Of all of the picture, once it is turned, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly print: Fingerprint;
}

/** To a thread. */
export interface JobMessage extends PictureJob {
  readonly id: number;
}

/** From a thread: that it has started, or the end of a job. */
export type ThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly prepared: PreparedPicture }
  | { readonly kind: 'failed'; readonly id: number; readonly error: WireError };

/** `Platform.decodePicture`. */
export type Decode = (encoded: Uint8Array) => Promise<RgbPicture>;

/**
 * Decodes, resizes and takes the fingerprints.
 *
 * @throws StudioError `data/picture-undecodable`, `data/picture-too-large`
 */
export async function preparePicture(
  decode: Decode,
  { encoded, size, resize, orientation, frame }: PictureJob,
): Promise<PreparedPicture> {
  const decoded = await decodeTurned(decode, { encoded, orientation });
  const { width, height } = decoded;
  const picture = resizePicture(framed(decoded, frame), size, resize);
  // One of the right size already is handed on as it is.
  if (picture !== decoded.data) decoded.release?.();
  return { picture, width, height, print: fingerprintOf(encoded, picture, size) };
}

function framed(picture: RgbPicture, frame: PictureJob['frame']): RgbPicture {
  if (frame === 'whole') return picture;
  return frame === 'letterbox' ? letterboxed(picture) : cutOut(picture, frame);
}

/** Decodes, and turns as the picture's own note says where that is wanted; whoever gets it lets go of it. */
export async function decodeTurned(
  decode: Decode,
  { encoded, orientation }: Pick<PictureJob, 'encoded' | 'orientation'>,
): Promise<RgbPicture> {
  const stored = await decode(encoded);
  return orientation === 'exif' ? turned(stored, orientationOf(encoded)) : stored;
}

/** Carries out a message in a thread, and posts what came of it. */
export async function answerJob(
  decode: Decode,
  { id, ...job }: JobMessage,
  post: (message: ThreadMessage, transfer: ArrayBuffer[]) => void,
): Promise<void> {
  try {
    const prepared = await preparePicture(decode, job);
    const { buffer } = prepared.picture;
    post({ kind: 'done', id, prepared }, buffer instanceof ArrayBuffer ? [buffer] : []);
  } catch (thrown) {
    post({ kind: 'failed', id, error: asStudioError(thrown).toWire() }, []);
  }
}
