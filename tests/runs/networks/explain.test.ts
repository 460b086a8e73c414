/** Classes that differ by a patch in a known corner: the heat map and the map of covered places both point into it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyedRandom } from '../../../src/lib/random.ts';
import type { AskedPicture } from '../../../src/protocol/try.ts';
import { openSession, tinyRecipe, train } from '../../support/session.ts';

const SIZE = 288;
/** Of the patch in the upper left corner: three cells of the heat map's nine a side. */
const SIDE = 96;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-explain-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Noise on a ground of some grey, and in one class a bright patch in the upper left corner. */
function picture(index: number, hasPatch: boolean): Promise<Buffer> {
  const random = keyedRandom(7, 'test picture', index, hasPatch ? 1 : 0);
  const ground = random.uniform(60, 160);
  const data = Buffer.alloc(SIZE * SIZE * 3);
  for (let at = 0; at < data.length; at++) data[at] = ground + random.uniform(-8, 8);
  if (hasPatch) {
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        data.set([230, 40, (row + column) % 8 < 4 ? 220 : 20], (row * SIZE + column) * 3);
      }
    }
  }
  return sharp(data, { raw: { width: SIZE, height: SIZE, channels: 3 } })
    .png()
    .toBuffer();
}

it('point into the corner that tells the classes apart', async () => {
  for (const hasPatch of [false, true]) {
    const of = join(folder, hasPatch ? 'marked' : 'plain');
    await mkdir(of);
    for (let index = 0; index < 20; index++) {
      await writeFile(join(of, `${String(index)}.png`), await picture(index, hasPatch));
    }
  }
  const session = await openSession('wasm');
  const recipe = await tinyRecipe({
    dataset: { source: 'folder', path: folder },
    image: { size: SIZE, resize: 'bilinear' },
    augmentation: { views: 1 },
    backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' },
    phases: [{ name: 'head', epochs: 60, learningRate: 0.01 }],
  });
  const { result } = await train(session, recipe);
  expect(result.test?.accuracy).toBeGreaterThan(0.8);

  const { signal } = new AbortController();
  const { runId } = result;
  const marked = result.test?.labels.indexOf('marked') ?? -1;
  const file = new Blob([Uint8Array.from(await picture(99, true))]);
  const asked: AskedPicture = { kind: 'file', file };
  const { maps, probabilities } = await session.tries.predict(
    { runId, picture: asked, wantsMaps: true },
    signal,
  );
  expect(probabilities[marked]).toBeGreaterThan(0.7);
  if (maps === null) throw new TypeError('maps were asked for');
  const cells = maps.width * maps.height;
  const map = maps.values.subarray(marked * cells, (marked + 1) * cells);
  const peak = map.indexOf(Math.max(...map));
  const inPatch = (place: number, places: number): boolean => (place + 0.5) / places < SIDE / SIZE;
  expect(inPatch(Math.floor(peak / maps.width), maps.height)).toBe(true);
  expect(inPatch(peak % maps.width, maps.width)).toBe(true);

  const places = 8;
  let lowest = { row: -1, column: -1, left: Infinity };
  for (let row = 0; row < places; row++) {
    const said = await session.tries.occlude({ runId, picture: asked, places, row, side: 0.3 }, signal);
    for (let column = 0; column < places; column++) {
      const left = said.probabilities[column * 2 + marked] ?? Infinity;
      if (left < lowest.left) lowest = { row, column, left };
    }
  }
  // The middle of the cover that takes most lies in the patch.
  expect(inPatch(lowest.row, places)).toBe(true);
  expect(inPatch(lowest.column, places)).toBe(true);
  expect(lowest.left).toBeLessThan(0.5);
});
