/** The headless prediction command as a process: its table for files, folders and the rows of a Parquet file, and its heat maps. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Packing } from '../../src/exporters/package/package.ts';
import { zipped } from '../../src/exporters/package/zip.ts';
import { findExporter } from '../../src/exporters/registry.ts';
import type { RunResult } from '../../src/protocol/events.ts';
import { writeRun } from '../../tools/train/write-run.ts';
import { runCommand, type Ended } from '../support/command.ts';
import { openSession, tinyRecipe, train } from '../support/session.ts';
import { sampleFiles } from '../support/sets/sample-files.ts';
import { smallSet } from '../support/sets/small-set.ts';

let folder: string;
let exported: Packing;
let result: RunResult;
/** Kinds of what was said while all was written. */
const heard: string[] = [];
let testRows: number[];
let files: Uint8Array<ArrayBuffer>[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-predict-command-'));
  const session = await openSession('wasm');
  const recipe = await tinyRecipe({
    phases: [
      { name: 'head', epochs: 1, learningRate: 0.001 },
      { name: 'fineTune', epochs: 1, learningRate: 0.001, unfreeze: 12, batchNorm: 'batch' },
    ],
  });
  ({ result } = await train(session, recipe));
  exported = session.packing();
  const { dataset } = session.set;
  testRows = Array.from(result.test?.rows ?? [], (row) => dataset.facts[row]?.sourceRow ?? -1);
  await writeRun(
    { outFolder: join(folder, 'run'), exportFormats: ['keras', 'onnx', 'litert'], doubtful: true },
    { session, result, dataset: dataset.summary },
    { exported: () => undefined, event: ({ kind }) => heard.push(kind) },
  );
  files = await sampleFiles(80);
});
afterAll(() => rm(folder, { recursive: true }));

const predict = (...args: string[]): Promise<Ended> => runCommand('predict', ...args, '--backend', 'wasm');

/** Lines of cells, none of which is quoted here but the last. */
const linesOf = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

it('stands beside the report of its run, and what being sure is worth', async () => {
  const report = await readFile(join(folder, 'run', 'report.txt'), 'utf8');
  expect(report.split('\n')[0]).toBe('              precision    recall  f1-score   support');
  expect(report).toContain(
    `    accuracy                         ${(result.test?.accuracy ?? NaN).toFixed(4)}`,
  );
  const evaluation = JSON.parse(await readFile(join(folder, 'run', 'evaluation.json'), 'utf8')) as {
    readonly top2Accuracy: number;
    readonly calibrationError: number;
    readonly reliability: readonly { readonly count: number }[];
  };
  expect(evaluation.top2Accuracy).toBeGreaterThanOrEqual(result.test?.accuracy ?? 1);
  expect(evaluation.calibrationError).toBeGreaterThan(0);
  expect(evaluation.reliability.reduce((sum, { count }) => sum + count, 0)).toBe(testRows.length);
});

it('lists every picture of the set, those first whose label the network doubts most', async () => {
  const [head = [], ...lines] = linesOf(await readFile(join(folder, 'run', 'doubtful.csv'), 'utf8'));
  expect(heard).toEqual(['progress']);
  const cell = (line: readonly string[], name: string): string => line[head.indexOf(name)] ?? '';
  expect(lines.map((line) => Number(cell(line, 'row'))).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 80 }, (_, row) => row),
  );
  const losses = lines.map((line) => Number(cell(line, 'loss')));
  expect(losses).toEqual(losses.toSorted((a, b) => b - a));
  const { test } = result;
  if (test === null) throw new TypeError('the run was tested');
  const ofTest = lines.filter((line) => cell(line, 'part') === 'test');
  expect(ofTest).toHaveLength(16);
  // Asked again, the network says to the bit what it said when it was tested; its mean loss is the test’s.
  for (const line of ofTest) {
    const at = test.rows.indexOf(Number(cell(line, 'row')));
    const said = test.probabilities.subarray(at * 8, at * 8 + 8);
    expect(Number(cell(line, 'confidence'))).toBe(Math.max(...said));
    expect(Number(cell(line, 'label_probability'))).toBe(said[test.labels.indexOf(cell(line, 'label'))]);
  }
  const mean = ofTest.reduce((sum, line) => sum + Number(cell(line, 'loss')), 0) / 16;
  expect(mean).toBeCloseTo(test.loss, 4);
});

it('has a line for each row of a Parquet file, in order, with the evaluation’s very numbers', async () => {
  const path = join(folder, 'rows.parquet');
  const unread = [3, 41];
  const change: Parameters<typeof smallSet>[2] = (row, index) =>
    unread.includes(index)
      ? { ...row, image: { ...row.image, bytes: new Uint8Array(index === 3 ? 0 : 9) } }
      : row;
  await writeFile(path, await smallSet(80, 40, change));
  const table = join(folder, 'rows.csv');
  const { code, error } = await predict(join(folder, 'run'), path, '--out', table);
  expect(error).toMatch(/80 pictures asked about\. 2 pictures could not be read\./);
  expect(code).toBe(0);
  const labels = result.test?.labels ?? [];
  const [head, ...lines] = linesOf(await readFile(table, 'utf8'));
  expect(head).toEqual(['row', ...labels, 'predicted', 'confidence', 'problem']);
  expect(lines.map(([row]) => Number(row))).toEqual(Array.from({ length: 80 }, (_, row) => row));
  expect(lines[3]).toEqual([
    '3',
    ...labels.map(() => ''),
    '',
    '',
    'the row has no picture but a missing file: 3.jpg',
  ]);
  expect(lines[41]?.slice(1, 11)).toEqual(Array.from({ length: 10 }, () => ''));
  expect(lines[41]?.slice(11).join()).toContain('picture was expected; what came is');
  const held = testRows.flatMap((row, at) => (unread.includes(row) ? [] : [[row, at] as const]));
  expect(held.length).toBeGreaterThan(10);
  for (const [row, at] of held) {
    const stored = [...(result.test?.probabilities.subarray(at * 8, at * 8 + 8) ?? [])];
    const said = lines[row]?.slice(1, 9).map(Number) ?? [];
    expect(said).toEqual(stored);
    const likeliest = stored.indexOf(Math.max(...stored));
    expect(lines[row]?.slice(9, 11)).toEqual([labels[likeliest], String(Math.max(...stored))]);
  }
}, 60_000);

it('takes folders and files, prints JSON lines, draws where the network looked', async () => {
  const pictures = join(folder, 'pictures');
  await mkdir(join(pictures, 'deep'), { recursive: true });
  await writeFile(join(pictures, 'deep', 'a,b.jpg'), files[0] ?? '');
  await writeFile(join(pictures, 'notes.txt'), 'no picture');
  const one = join(folder, 'one.jpg');
  await writeFile(one, files[1] ?? '');
  const maps = join(folder, 'maps');
  const run = await predict(join(folder, 'run'), pictures, one, '--json', '--heat-maps', maps);
  expect(run.code).toBe(0);
  expect(run.error).toMatch(/2 pictures asked about\. 1 other file in the folders left out\./);
  const said = run.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string; confidence: number; probabilities: number[] });
  expect(said.map(({ file }) => file)).toEqual([join(pictures, 'deep', 'a,b.jpg'), one]);
  for (const { confidence, probabilities } of said) expect(Math.max(...probabilities)).toBe(confidence);
  const { width, height } = await sharp(join(maps, `${one}.png`)).metadata();
  expect([width, height]).toEqual([32, 32]);
}, 60_000);

it('asks a run in a file, and exports, as their run: a zip, a folder; what cannot come back is refused by name', async () => {
  const one = join(folder, 'asked.jpg');
  await writeFile(one, files[2] ?? '');
  const zip = join(folder, 'tfjs.zip');
  const { files: entries } = await exported.files(findExporter('tfjs'));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of zipped(entries)) parts.push(chunk.slice());
  await writeFile(zip, Buffer.concat(parts));
  const probabilitiesBy = async (model: string): Promise<number[]> => {
    const { code, out, error } = await predict(model, one, '--json');
    expect(code, error).toBe(0);
    return (JSON.parse(out) as { probabilities: number[] }).probabilities;
  };
  const own = await probabilitiesBy(join(folder, 'run'));
  expect(await probabilitiesBy(join(folder, 'run', 'run.mien.zip'))).toEqual(own);
  for (const model of [zip, join(folder, 'run', 'keras'), join(folder, 'run', 'onnx')]) {
    const said = await probabilitiesBy(model);
    expect(Math.max(...said.map((value, at) => Math.abs(value - (own[at] ?? NaN))))).toBeLessThan(1e-5);
  }
  const oneWay = await predict(join(folder, 'run', 'litert'), one);
  expect([oneWay.code, oneWay.error]).toEqual([2, expect.stringContaining('this one cannot come back')]);
  await mkdir(join(folder, 'empty'));
  const none = await predict(join(folder, 'empty'), one);
  expect([none.code, none.error]).toEqual([2, expect.stringContaining('model/import-unknown')]);
}, 120_000);
