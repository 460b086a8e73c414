/**
 * Owns turning decoded pictures as their note says, as Pillow's `exif_transpose` and Hugging Face's `datasets` do:
 * the same on every platform, since none of them turns while it decodes.
 */
import type { RgbPicture } from '../platform.ts';

/** By orientation: whether the sides change places, then whether rows and columns run backwards. */
const TURNS: readonly (readonly [swaps: boolean, flipsX: boolean, flipsY: boolean])[] = [
  [false, false, false],
  [false, true, false],
  [false, true, true],
  [false, false, true],
  [true, false, false],
  [true, false, true],
  [true, true, true],
  [true, true, false],
];

/**
 * The picture as it is to be seen; the very one where it is stored so.
 *
 * @param orientation 1 to 8, as in TIFF
 */
export function turned(picture: RgbPicture, orientation: number): RgbPicture {
  const turn = TURNS[orientation - 1];
  if (orientation === 1 || turn === undefined) return picture;
  const [swaps, flipsX, flipsY] = turn;
  const { width: fromWidth, height: fromHeight, channels, data: from } = picture;
  const [width, height] = swaps ? [fromHeight, fromWidth] : [fromWidth, fromHeight];
  const data = new Uint8Array(from.length);
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [across, down] = swaps ? [y, x] : [x, y];
      const column = flipsX ? fromWidth - 1 - across : across;
      const row = flipsY ? fromHeight - 1 - down : down;
      const at = (row * fromWidth + column) * channels;
      for (let channel = 0; channel < channels; channel += 1) data[to + channel] = from[at + channel]!;
      to += channels;
    }
  }
  picture.release?.();
  return { width, height, channels, data };
}
