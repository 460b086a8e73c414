/** The face detector on WebGPU: the numbers of LiteRT, and its boxes. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { facesIn } from '../../../src/models/faces/boxes.ts';
import { FaceNetwork } from '../../../src/models/faces/network.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { drawnFaces } from '../../parity/faces/pictures.ts';
import { useBackend } from '../../support/backends.ts';

it('gives the raw numbers of LiteRT, and its boxes', async () => {
  await useBackend('webgpu');
  const network = await FaceNetwork.open(createPlatform());
  const goldens = JSON.parse(await readFile('tests/parity/faces/litert.json', 'utf8')) as {
    readonly pictures: { readonly face: { readonly scores: string; readonly boxes: string } };
  };
  const { scores, boxes } = goldens.pictures.face;
  const floatsOf = (text: string) => new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
  const theirs = { scores: floatsOf(scores), boxes: floatsOf(boxes) };
  const [face] = await drawnFaces(1);
  const ours = await network.find(face!);
  for (const what of ['scores', 'boxes'] as const) {
    const largest = theirs[what].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = ours[what].reduce(
      (most, value, at) => Math.max(most, Math.abs(value - theirs[what][at]!)),
      0,
    );
    expect(off / largest).toBeLessThan(1e-5);
  }
  const [found, wanted] = [facesIn(ours), facesIn(theirs)];
  expect(found).toHaveLength(1);
  expect(found[0]?.x).toBeCloseTo(wanted[0]?.x ?? NaN, 5);
  expect(found[0]?.width).toBeCloseTo(wanted[0]?.width ?? NaN, 5);
  network.dispose();
});
