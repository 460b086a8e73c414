/** Covering a part of a picture, to see what its network misses: one patch, or one place after another. */
import type { Patch } from '../../protocol/try.ts';
import type { Asked } from './together.ts';

/** What a patch is filled with: the middle of all greys, which no network was trained to look for. */
const GREY = 128;

/** @param picture RGB uint8, `[size, size, 3]`; stays as it is */
export function covered(
  picture: Uint8Array<ArrayBuffer>,
  size: number,
  { x, y, side }: Patch,
): Uint8Array<ArrayBuffer> {
  const out = picture.slice();
  const at = (share: number): number => Math.min(size, Math.max(0, Math.round(share * size)));
  const [left, right] = [at(x - side / 2), at(x + side / 2)];
  for (let row = at(y - side / 2); row < at(y + side / 2); row++) {
    out.fill(GREY, (row * size + left) * 3, (row * size + right) * 3);
  }
  return out;
}

/**
 * Asks a network about a picture with each place of one row of a map covered in turn.
 *
 * @param side of the patch, as a share of the picture's
 * @param row from 0, of `places` rows of as many places each
 * @returns `[places, classes]`
 * @see Zeiler and Fergus, Visualizing and understanding convolutional networks, ECCV 2014
 */
export async function occludeRow(
  classifier: Asked,
  picture: Uint8Array<ArrayBuffer>,
  { places, side, row }: { readonly places: number; readonly side: number; readonly row: number },
  signal: AbortSignal,
): Promise<Float32Array<ArrayBuffer>> {
  const middle = (at: number): number => (at + 0.5) / places;
  const pictures = new Uint8Array(places * picture.length);
  for (let at = 0; at < places; at++) {
    const patch = { x: middle(at), y: middle(row), side };
    pictures.set(covered(picture, classifier.size, patch), at * picture.length);
  }
  return classifier.probabilities(pictures, signal);
}
