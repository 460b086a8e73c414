/** Pictures that the face detector is shown, noise and drawn faces as it takes them; and how far what it says is off. */
import { resizePicture } from '../../../src/data/resize/resize.ts';
import { keyedRandom } from '../../../src/lib/random.ts';
import { FACE_INPUT } from '../../../src/models/faces/network.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { sampleFiles } from '../../support/sets/sample-files.ts';

/** RGB uint8, `[128, 128, 3]`. */
export function noise(): Uint8Array {
  const random = keyedRandom(11, 'noise for the face detector');
  return Uint8Array.from({ length: FACE_INPUT ** 2 * 3 }, () => random.uniform(0, 256));
}

/** The first of the built-in faces, each the same. */
export async function drawnFaces(count: number): Promise<Uint8Array[]> {
  const platform = createPlatform();
  const files = await sampleFiles(count);
  return Promise.all(
    files.map(async (file) =>
      Uint8Array.from(resizePicture(await platform.decodePicture(file), FACE_INPUT, 'bilinear')),
    ),
  );
}

/** The largest difference, as a share of the largest value; infinite where there are more or fewer values. */
export function off(ours: Float32Array, theirs: ArrayLike<number>): number {
  if (ours.length !== theirs.length) return Infinity;
  const largest = Array.from(theirs).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return ours.reduce((most, value, at) => Math.max(most, Math.abs(value - theirs[at]!)), 0) / largest;
}
