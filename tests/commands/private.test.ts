/** What leaves this machine by the user's hand, a run's folder and every export, names neither its folders nor its pictures. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXPORTERS } from '../../src/exporters/registry.ts';
import type { WrittenRecipe } from '../../src/protocol/recipe/recipe.ts';
import { writeRun } from '../../tools/train/write-run.ts';
import { sampleFiles } from '../support/sets/sample-files.ts';
import { openSession, tinyRecipe, train } from '../support/session.ts';
import { smallSet } from '../support/sets/small-set.ts';

/** In the name of every folder and every picture. */
const MARKER = 'marzipan';

const formats = EXPORTERS.map(({ entry }) => entry.name);
let folder: string;
let pictures: Uint8Array<ArrayBuffer>[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), `mien-${MARKER}-`));
  pictures = await sampleFiles(40);
});
afterAll(() => rm(folder, { recursive: true }));

/** A folder of two classes, with copies, what is no picture, what is broken, and what lies beside. */
async function pictureFolder(): Promise<WrittenRecipe['dataset']> {
  const path = join(folder, 'pictures');
  for (const [index, bytes] of pictures.entries()) {
    const place = join(path, index % 2 === 0 ? 'anger' : 'content');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, `${MARKER}-${index}.jpg`), bytes);
    if (index < 4) await writeFile(join(place, `${MARKER}-copy-${index}.jpg`), bytes);
  }
  await writeFile(join(path, 'anger', `${MARKER}-broken.jpg`), 'no picture');
  await writeFile(join(path, 'anger', `${MARKER}-phone.heic`), '    ftypheic');
  await writeFile(join(path, `${MARKER}.txt`), 'notes');
  await writeFile(join(path, `${MARKER}-alone.jpg`), pictures[0] ?? '');
  return { source: 'folder', path };
}

/** Pictures whose names are in their rows, one of which is missing. */
async function pictureTable(): Promise<WrittenRecipe['dataset']> {
  const path = join(folder, 'faces.parquet');
  const named = await smallSet(80, 40, (row, index) => ({
    ...row,
    image: {
      ...row.image,
      path: `/home/${MARKER}/${MARKER}-${index}.jpg`,
      bytes: index === 3 ? new Uint8Array(0) : row.image.bytes,
    },
  }));
  await writeFile(path, named);
  return { source: 'parquet', path };
}

async function textsBelow(path: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file)] as const)));
}

it.each([
  ['a folder', pictureFolder],
  ['a Parquet file', pictureTable],
])('of a run on %s', { timeout: 180_000 }, async (_, setOf) => {
  const session = await openSession('wasm');
  const recipe = await tinyRecipe({
    dataset: await setOf(),
    phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
  });
  expect(JSON.stringify(recipe)).toContain(MARKER);
  const { result } = await train(session, recipe);
  const out = await mkdtemp(join(tmpdir(), 'mien-out-'));
  const command = { recipePath: '', outFolder: out, backend: 'wasm', hub: null, storeFolder: null } as const;
  const more = {
    resume: false,
    findRate: null,
    stop: false,
    // Which pictures these are is what that list is asked for.
    doubtful: false,
    editsPath: null,
    exportFormats: formats,
    json: false,
  };
  await writeRun(
    { ...command, ...more },
    { session, result, dataset: session.set.dataset.summary },
    { exported: () => undefined, event: () => undefined },
  );
  const texts = await textsBelow(out);
  expect(texts.size).toBeGreaterThan(100);
  const telling = [...texts].filter(([, bytes]) => bytes.includes(MARKER)).map(([file]) => file);
  expect(telling.map((file) => file.slice(out.length + 1))).toEqual([]);
  // Not for want of saying anything: what was read is named, without its folders.
  const { recipe: said } = JSON.parse((texts.get(join(out, 'run.json')) ?? '').toString()) as {
    recipe: { dataset: { path: string } };
  };
  expect(said.dataset.path).toMatch(/^(pictures|faces\.parquet)$/);
  await rm(out, { recursive: true });
});
