/** From a picture to the square that the face detector takes, and from a face that it found to a square of the picture. */
import type { RgbPicture } from '../../platform/platform.ts';

/** A part of a picture; in pixels, from its upper left corner. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** A box around a face: `x` and `y` are its upper left corner. */
export interface Face {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Finds faces, on whatever device it runs. */
export interface FaceDetector {
  /** Of the square pictures that it takes, in pixels. */
  readonly side: number;
  /**
   * The faces in a picture, the largest first; in shares of its side.
   *
   * @param picture RGB uint8, `[side, side, 3]`
   * @throws StudioError `net/asset-missing`, `gpu/…`
   */
  find(picture: Uint8Array): Promise<readonly Face[]>;
}

type Sides = Pick<RgbPicture, 'width' | 'height'>;

/** The picture in the middle of a black square: its sides keep their lengths. */
export function letterboxed({ width, height, channels, data }: RgbPicture): RgbPicture {
  if (width === height) return { width, height, channels, data };
  const side = Math.max(width, height);
  const { left, top } = placeIn(side, { width, height });
  const out = new Uint8Array(side * side * channels);
  for (let row = 0; row < height; row++) {
    const from = row * width * channels;
    out.set(data.subarray(from, from + width * channels), ((row + top) * side + left) * channels);
  }
  return { width: side, height: side, channels, data: out };
}

const placeIn = (side: number, { width, height }: Sides): { left: number; top: number } => ({
  left: Math.floor((side - width) / 2),
  top: Math.floor((side - height) / 2),
});

/** A face of the black square, in the picture's own pixels. */
export function faceOf(box: Face, sides: Sides): Face {
  const side = Math.max(sides.width, sides.height);
  const { left, top } = placeIn(side, sides);
  return {
    x: box.x * side - left,
    y: box.y * side - top,
    width: box.width * side,
    height: box.height * side,
  };
}

/**
 * The square around a face's middle, moved to where it lies within the picture, and no larger than that.
 *
 * @param face in the picture's pixels
 * @param margin on each side, as a share of the face's longer one
 */
export function squareAround(face: Face, margin: number, { width, height }: Sides): Square {
  const wanted = Math.round(Math.max(face.width, face.height) * (1 + 2 * margin));
  const side = Math.max(1, Math.min(wanted, width, height));
  const within = (middle: number, length: number): number =>
    Math.min(length - side, Math.max(0, Math.round(middle - side / 2)));
  return {
    left: within(face.x + face.width / 2, width),
    top: within(face.y + face.height / 2, height),
    side,
  };
}

/** That part of the picture, as a picture of its own. */
export function cutOut({ width, channels, data }: RgbPicture, { left, top, side }: Square): RgbPicture {
  const out = new Uint8Array(side * side * channels);
  for (let row = 0; row < side; row++) {
    const from = ((row + top) * width + left) * channels;
    out.set(data.subarray(from, from + side * channels), row * side * channels);
  }
  return { width: side, height: side, channels, data: out };
}
