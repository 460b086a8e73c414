/** The face detector on our devices says what MediaPipe's own file says in LiteRT, to 1e-5 of the largest. */
import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { facesIn } from '../../../src/models/faces/boxes.ts';
import { FaceNetwork, type RawFaces } from '../../../src/models/faces/network.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { converted } from '../../../tools/face-detector/convert.ts';
import { useBackend } from '../../support/backends.ts';
import goldens from './litert.json' with { type: 'json' };
import { drawnFaces, noise, off } from './pictures.ts';

const platform = createPlatform();

const floatsOf = (text: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);

const goldenOf = (which: keyof typeof goldens.pictures): RawFaces => {
  const { scores, boxes } = goldens.pictures[which];
  return { scores: floatsOf(scores), boxes: floatsOf(boxes) };
};

it('is shipped as MediaPipe has it, to the bit', async () => {
  expect(Buffer.from(await converted())).toEqual(
    await readFile('public/detector/blazeface-short.safetensors'),
  );
});

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  it('gives the raw numbers of LiteRT, and its boxes', async () => {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    const network = await FaceNetwork.open(platform);
    const [face] = await drawnFaces(1);
    for (const [which, picture] of [
      ['noise', noise()],
      ['face', face!],
    ] as const) {
      const ours = await network.find(picture);
      const theirs = goldenOf(which);
      expect(off(ours.scores, theirs.scores)).toBeLessThan(1e-5);
      expect(off(ours.boxes, theirs.boxes)).toBeLessThan(1e-5);
      const [found, wanted] = [facesIn(ours), facesIn(theirs)];
      expect(found).toHaveLength(which === 'noise' ? 0 : 1);
      for (const [at, box] of wanted.entries()) {
        for (const side of ['x', 'y', 'width', 'height', 'score'] as const) {
          expect(found[at]?.[side]).toBeCloseTo(box[side], 5);
        }
      }
    }
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('finds the drawn faces, of which it has never seen one', async () => {
  await useBackend('wasm');
  const network = await FaceNetwork.open(platform);
  let [found, faces] = [0, 0];
  for (const picture of await drawnFaces(100)) {
    const boxes = facesIn(await network.find(picture));
    if (boxes.length > 0) found += 1;
    faces += boxes.length;
    // A drawn face fills most of its picture.
    const [largest] = boxes.toSorted((one, other) => other.width - one.width);
    if (largest !== undefined) expect(largest.width).toBeGreaterThan(0.25);
  }
  network.dispose();
  console.log(`Found: ${found.toString()} of 100 drawn faces, ${faces.toString()} boxes.`);
  expect(found).toBeGreaterThanOrEqual(90);
});
