/** Covering a part of a picture, to see what its network misses: one patch, or one place after another. */
import { letMessagesIn } from '../../lib/let-messages-in.ts';
import type { Occlusion, Patch } from '../../protocol/try.ts';
import type { Classifier } from './classifier.ts';

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

/** A step of a map: pictures that are asked about at once, so that progress is said and cancelling heard. */
const AT_ONCE = 16;

/**
 * Asks a network about a picture with each of `places * places` places covered in turn.
 *
 * @param side of the patch, as a share of the picture's
 * @throws DOMException `AbortError` when cancelled
 * @see Zeiler and Fergus, Visualizing and understanding convolutional networks, ECCV 2014
 */
export async function occlude(
  classifier: Classifier,
  picture: Uint8Array<ArrayBuffer>,
  { places, side }: { readonly places: number; readonly side: number },
  { signal, onDone }: { readonly signal: AbortSignal; readonly onDone: (places: number) => void },
): Promise<Occlusion> {
  const { size } = classifier;
  const classes = classifier.answering.labels.length;
  const all = places ** 2;
  const probabilities = new Float32Array(all * classes);
  for (let from = 0; from < all; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, all - from);
    const pictures = new Uint8Array(count * picture.length);
    for (let index = 0; index < count; index++) {
      const place = from + index;
      const middle = (at: number): number => (at + 0.5) / places;
      const patch = { x: middle(place % places), y: middle(Math.floor(place / places)), side };
      pictures.set(covered(picture, size, patch), index * picture.length);
    }
    probabilities.set(await classifier.probabilities(pictures, signal), from * classes);
    onDone(from + count);
    // Whoever cancels is heard between steps: a backend without a GPU never waits by itself.
    await letMessagesIn();
  }
  return { places, probabilities };
}
