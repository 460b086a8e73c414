/** A set that is cut to faces when it is opened: what is kept of it, what is said of it, and that what is tried is what was trained. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Session } from '../../../src/engine/session.ts';
import type { DatasetSummary } from '../../../src/protocol/set/dataset.ts';
import type { RunEvent } from '../../../src/protocol/events.ts';
import type { Recipe, WrittenRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { writeRun } from '../../../tools/train/write-run.ts';
import { runCommand } from '../../support/command.ts';
import { closeTabs, exportedFiles, sessionOn, tinyRecipe, train } from '../../support/session.ts';
import { faceAside, facesAside } from '../../support/sets/faces-aside.ts';
import { sampleFiles } from '../../support/sets/sample-files.ts';

const ROWS = 40;
/** Every tenth row, from the second on, has none. */
const FACELESS = [1, 11, 21, 31];

const { signal } = new AbortController();
let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-face-crop-'));
  path = join(folder, 'faces.parquet');
  await writeFile(path, await facesAside(ROWS, 10));
});
afterEach(closeTabs);
afterAll(() => rm(folder, { recursive: true }));

const recipeOf = (image: WrittenRecipe['image']): Promise<Recipe> =>
  tinyRecipe({
    dataset: { source: 'parquet', path },
    split: { train: 0.5, validation: 0, test: 0.5, seed: 1 },
    image: { size: 48, resize: 'bilinear', ...image },
    augmentation: { views: 1 },
    // Random weights tell no two pictures apart.
    backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' },
    earlyStopping: null,
    phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
  });

async function opened(
  session: Session,
  recipe: Recipe,
): Promise<{ summary: DatasetSummary; events: RunEvent[] }> {
  const events: RunEvent[] = [];
  const summary = await session.set.open(recipe, { signal, emit: (event) => events.push(event) });
  return { summary, events };
}

it('keeps pictures of faces beside those that are whole, and does not look for them twice', async () => {
  const first = await sessionOn(join(folder, 'kept'));
  const whole = await opened(first, await recipeOf({}));
  expect(whole.summary.findings?.withoutFace).toBe(null);
  const wholePictures = await first.set.dataset.pictures.read([0, 1]);

  const cut = await opened(first, await recipeOf({ crop: 'face' }));
  expect(cut.summary.findings?.withoutFace).toEqual(FACELESS);
  expect(cut.summary.contentHash).toBe(whole.summary.contentHash);
  expect(cut.summary.picturesKey).not.toBe(whole.summary.picturesKey);
  const said = cut.events.flatMap((event) => (event.kind === 'progress' ? [event.label] : []));
  expect(said).toContain('Reading the pictures and finding faces in them');
  expect(cut.summary.cleaning.remarks.map(({ message }) => message)).toContainEqual(
    'In 4 of 40 pictures no face was found: they are taken whole, the others are cut to their largest face.',
  );
  const cutPictures = await first.set.dataset.pictures.read([0, 1]);
  const bytes = 48 * 48 * 3;
  // A face in place of much grey; what has none stays as it was.
  expect(cutPictures.subarray(0, bytes)).not.toEqual(wholePictures.subarray(0, bytes));
  expect(cutPictures.subarray(bytes)).toEqual(wholePictures.subarray(bytes));
  expect(greyIn(cutPictures.subarray(0, bytes))).toBeLessThan(greyIn(wholePictures.subarray(0, bytes)) / 4);

  // More room is another picture, of more grey.
  const wider = await opened(first, await recipeOf({ crop: 'face', cropMargin: 0.6 }));
  const widerPicture = await first.set.dataset.pictures.read([0]);
  expect(wider.summary.picturesKey).not.toBe(cut.summary.picturesKey);
  expect(greyIn(widerPicture)).toBeGreaterThan(greyIn(cutPictures.subarray(0, bytes)));

  const other = await sessionOn(join(folder, 'kept'));
  const again = await opened(other, await recipeOf({ crop: 'face' }));
  expect(again.events.flatMap((event) => (event.kind === 'progress' ? [event.label] : []))).not.toContain(
    'Reading the pictures and finding faces in them',
  );
  expect(again.summary.findings).toEqual(cut.summary.findings);
  expect(again.summary.cleaning).toEqual(cut.summary.cleaning);
  expect(await other.set.dataset.pictures.read([0, 1])).toEqual(cutPictures);
});

it('leaves out pictures without a face where that is wanted, counted and shown aside', async () => {
  const session = await sessionOn(join(folder, 'left-out'));
  const { summary } = await opened(session, await recipeOf({ crop: 'face', withoutFace: 'leaveOut' }));
  expect(summary.labelOfRow).toHaveLength(ROWS - FACELESS.length);
  expect(summary.findings?.dropped.withoutFace).toBe(FACELESS.length);
  const aside = FACELESS.map((_, index) => ROWS - FACELESS.length + index);
  expect(summary.findings?.withoutFace).toEqual(aside);
  expect(summary.findings?.aside.map(({ why }) => why)).toEqual(aside.map(() => 'withoutFace'));
  expect(summary.cleaning.remarks.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('In 4 of 40 pictures no face was found: they are left out'),
  );
  // Of a set without any nothing would be left, which is another thing than a set that cannot be read.
  const none = join(folder, 'none.parquet');
  await writeFile(none, await facesAside(4, 1));
  const recipe = await recipeOf({ crop: 'face', withoutFace: 'leaveOut' });
  const other = { ...recipe, dataset: { source: 'parquet', path: none } };
  await expect(opened(session, other)).rejects.toMatchObject({ code: 'data/no-faces' });
  expect(session.set.describePictures(aside).map(({ sourceRow }) => sourceRow)).toEqual(FACELESS);
});

it('tries what was trained: a picture’s own file gives the bits of the test, whichever face is asked for next', async () => {
  const session = await sessionOn(join(folder, 'tried'));
  const recipe = await recipeOf({ crop: 'face' });
  const { result } = await train(session, recipe);
  const { runId, test } = result;
  if (test === null) throw new TypeError('the run was tested');
  const faces = await sampleFiles(ROWS);
  const stored = test.probabilities;
  for (const [at, row] of [...test.rows].entries()) {
    if (FACELESS.includes(row)) continue;
    const file = new Blob([await faceAside(faces[row]!, row)]);
    const answer = await session.tries.predict(
      { runId, picture: { kind: 'file', file }, wantsMaps: false },
      signal,
    );
    expect([...answer.probabilities]).toEqual([...stored.subarray(at * 8, (at + 1) * 8)]);
    expect(answer.faces?.shown?.index).toBe(0);
  }
  // A grey picture is shown whole, and that is said.
  const grey = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#777' } })
    .png()
    .toBuffer();
  const none = await session.tries.predict(
    { runId, picture: { kind: 'file', file: new Blob([Uint8Array.from(grey)]) }, wantsMaps: false },
    signal,
  );
  expect(none.notes.map(({ message }) => message)).toEqual([
    'No face was found in this picture: the network was shown all of it, though it was trained on faces.',
  ]);
  // Rows of the set are taken from it only as long as it is cut alike.
  const asked = { runId, rows: [...test.rows], wantsFeatures: false };
  expect([...(await session.tries.askRows(asked, signal)).probabilities]).toEqual([...stored]);
  const out = join(folder, 'run');
  await writeRun(
    { outFolder: out, exportFormats: [], doubtful: false },
    { session, result, dataset: session.set.dataset.summary },
    { exported: () => undefined, event: () => undefined },
  );
  await opened(session, await recipeOf({}));
  await expect(session.tries.askRows(asked, signal)).rejects.toMatchObject({
    code: 'data/otherwise-prepared',
  });

  // So does the command, of the set's own file: rows are as they were read, and those without a face are told.
  const csv = join(folder, 'said.csv');
  const { error } = await runCommand('predict', out, path, '--backend', 'wasm', '--out', csv);
  expect(error).toContain('40 pictures asked about. In 4 pictures no face was found: taken whole.');
  const lines = (await readFile(csv, 'utf8')).trimEnd().split('\n').slice(1);
  for (const [at, row] of [...test.rows].entries()) {
    const cells = lines[row]?.split(',') ?? [];
    expect(cells.slice(1, 9).map(Number)).toEqual([...stored.subarray(at * 8, (at + 1) * 8)]);
    const problem = FACELESS.includes(row) ? 'no face was found: the whole picture was taken' : '';
    expect(cells[11]).toBe(problem);
  }

  // Exports say what they do not do.
  const keras = await exportedFiles(session, 'keras', runId);
  const text = (name: string): string => new TextDecoder().decode(keras[name]);
  expect(text('README.md')).toContain('**Cut each picture to the face first.**');
  expect(text('README.md')).toContain(
    'No program to train it again in Keras: the recipe cuts pictures to faces',
  );
  expect(Object.keys(keras).filter((name) => name.startsWith('train/'))).toEqual([]);
  expect(JSON.parse(text('mien.json'))).toMatchObject({
    input: { crop: { margin: 0.25, withoutFace: 'whole' } },
    recipe: { image: { crop: 'face', cropMargin: 0.25, withoutFace: 'whole' } },
  });
  const page = (await exportedFiles(session, 'tfjs', runId))['index.html'];
  expect(new TextDecoder().decode(page)).toContain('This page does not cut them');
});

it('cuts pictures that edits add, and says where it finds no face in them', async () => {
  const session = await sessionOn(join(folder, 'added'));
  const recipe = await recipeOf({ crop: 'face' });
  const { summary } = await opened(session, recipe);
  const [face] = await sampleFiles(ROWS + 1);
  const grey = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#171' } })
    .png()
    .toBuffer();
  const to = summary.labels[0] ?? '';
  const pictures = [
    { file: new File([await faceAside(face!, 1)], 'face.png'), to },
    { file: new File([Uint8Array.from(grey)], 'grey.png'), to },
  ];
  const { list } = await session.set.edit(
    { list: null, change: { do: 'add', pictures } },
    { signal, emit: () => undefined },
  );
  if (list === null) throw new TypeError('there is a list of edits');
  const edited = await opened(session, {
    ...recipe,
    dataset: Object.assign({}, recipe.dataset, { edits: list }),
  });
  expect(edited.summary.findings?.withoutFace).toEqual([...FACELESS, ROWS + 1]);
  expect(edited.summary.cleaning.remarks.map(({ message }) => message)).toContainEqual(
    'In 1 picture that you added no face was found: it is taken whole.',
  );
  const added = await session.set.dataset.shown.read([ROWS]);
  expect(greyIn(added)).toBeLessThan(0.2);
});

/** Share of the pixels that are the ground's grey. */
function greyIn(picture: Uint8Array): number {
  const pixels = picture.length / 3;
  const grey = Array.from({ length: pixels }, (_, pixel) =>
    [0, 1, 2].every((channel) => Math.abs(picture[pixel * 3 + channel]! - 0x77) < 3),
  );
  return grey.filter(Boolean).length / pixels;
}
