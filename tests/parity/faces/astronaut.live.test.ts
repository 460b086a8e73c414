/**
 * The face detector on a photograph, scikit-image's astronaut, which is not shipped: it says what MediaPipe's own file
 * says in TensorFlow's interpreter, and finds the one face. Needs KERAS_PYTHON (tools/setup/keras.ts).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resizePicture } from '../../../src/data/resize/resize.ts';
import { facesIn } from '../../../src/models/faces/boxes.ts';
import { FACE_INPUT, FaceNetwork } from '../../../src/models/faces/network.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { TFLITE } from '../../../tools/face-detector/convert.ts';
import { useBackend } from '../../support/backends.ts';
import { off } from './pictures.ts';

const PYTHON = process.env['KERAS_PYTHON'] ?? 'python3';
const SCRIPT = fileURLToPath(new URL('tflite_astronaut.py', import.meta.url));
const SIDE = 512;

const folder = mkdtempSync(join(tmpdir(), 'mien-astronaut-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly scores: readonly number[];
  readonly boxes: readonly number[];
  /** Left, top, right, bottom and score of each. */
  readonly faces: readonly (readonly [number, number, number, number, number])[];
}

let small: Uint8Array;
let said: Said;

beforeAll(() => {
  const python = (...args: string[]): Buffer => execFileSync(PYTHON, [SCRIPT, ...args], { stdio: 'pipe' });
  const [picture, input, out] = ['astronaut.raw', 'input.raw', 'said.json'].map((name) => join(folder, name));
  python('picture', picture!);
  const data = new Uint8Array(readFileSync(picture!));
  const whole = { width: SIDE, height: SIDE, channels: 3, data } as const;
  small = Uint8Array.from(resizePicture(whole, FACE_INPUT, 'bilinear'));
  writeFileSync(input!, small);
  python('ask', TFLITE, input!, out!);
  said = JSON.parse(readFileSync(out!, 'utf8')) as Said;
});

it.each(['wasm', 'cpu'] as const)('the same numbers and the same face on %s', async (backend) => {
  await useBackend(backend);
  const network = await FaceNetwork.open(createPlatform());
  const raw = await network.find(small);
  network.dispose();
  const differ = [off(raw.scores, said.scores), off(raw.boxes, said.boxes)];
  console.log(`Off by ${differ.map((share) => share.toExponential(1)).join(' and ')} of the largest.`);
  for (const share of differ) expect(share).toBeLessThan(1e-5);
  const faces = facesIn(raw);
  expect(faces).toHaveLength(1);
  expect(said.faces).toHaveLength(1);
  for (const [at, [left, top, right, bottom, score]] of said.faces.entries()) {
    const { x, y, width, height, score: ours } = faces[at]!;
    const theirs = [left, top, right, bottom, score];
    for (const [side, value] of [x, y, x + width, y + height, ours].entries())
      expect(value).toBeCloseTo(theirs[side]!, 5);
  }
  // Her face is left of the middle, in the upper half.
  const [{ x, y, width, height } = { x: NaN, y: NaN, width: NaN, height: NaN }] = faces;
  expect(x + width / 2).toBeCloseTo(0.44, 1);
  expect(y + height / 2).toBeCloseTo(0.25, 1);
});
