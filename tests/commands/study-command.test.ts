/** The study command as a process: shared work, choice, a kill in the middle, and parts that are put together. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { killCommand, runCommand, type Ended } from '../support/command.ts';
import { tinyRecipe } from '../support/session.ts';

const MINUTES = 60_000;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-study-'));
  const recipe = await tinyRecipe({
    phases: [
      { name: 'head', epochs: 1, learningRate: 0.001 },
      { name: 'fineTune', epochs: 1, learningRate: 0.0003, unfreeze: 12, batchNorm: 'inference' },
    ],
  });
  await writeFile(join(folder, 'base.json'), JSON.stringify(recipe));
});
afterAll(() => rm(folder, { recursive: true }));

const study = (...args: string[]): Promise<Ended> => runCommand('study', ...args, '--backend', 'wasm');

/** Kills it when so many epochs are over. */
const studyUntil = (epochs: number, ...args: string[]): Promise<unknown> =>
  killCommand(
    (said) => said.split('"kind":"epoch"').length > epochs,
    'study',
    ...args,
    ...['--backend', 'wasm', '--json'],
  );

async function write(name: string, value: object): Promise<string> {
  const path = join(folder, `${name}.json`);
  await writeFile(path, JSON.stringify({ name, base: 'base.json', ...value }));
  return path;
}

const json = async (...path: string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(folder, ...path), 'utf8')) as Record<string, unknown>;

const dropouts = { vary: { 'head.dropout': [0, 0.2, 0.5] }, choose: 'valLoss' };

it(
  'computes the frozen part once for three dropout rates, and asks the chosen run alone about test pictures',
  { timeout: 4 * MINUTES },
  async () => {
    const { code, error } = await study(await write('dropout', dropouts), '--out', join(folder, 'dropout'));
    expect([code, error]).toEqual([0, '']);
    const names = (await readdir(join(folder, 'dropout', 'runs'))).sort();
    expect(names).toEqual(['1-0', '2-0.2', '3-0.5']);
    const computed = await Promise.all(
      names.map(async (name) => (await json('dropout', 'runs', name, 'study-run.json'))['frozenPictures']),
    );
    expect(computed[0]).toBeGreaterThan(0);
    expect(computed.slice(1)).toEqual([0, 0]);
    const evaluations = await Promise.all(
      names.map((name) => json('dropout', 'runs', name, 'evaluation.json')),
    );
    const losses = await Promise.all(
      names.map(async (name) => Number((await json('dropout', 'runs', name, 'validation.json'))['loss'])),
    );
    const best = losses.indexOf(Math.min(...losses));
    evaluations.forEach((evaluation, index) => {
      expect('testAccuracy' in evaluation).toBe(index === best);
      if (index !== best)
        expect(evaluation).toMatchObject({ split: 'validation', note: /not asked about test/ });
    });
    const table = (await readFile(join(folder, 'dropout', 'table.csv'), 'utf8')).trim().split('\n');
    expect(table).toHaveLength(4);
    expect(table[0]).toMatch(/^run,head\.dropout,epochs,.*,chosen,failure$/);
    expect(table.filter((line) => line.includes(',yes,'))).toHaveLength(1);
  },
);

it(
  'goes on where it was killed, to the same numbers, and will not mix two studies',
  { timeout: 6 * MINUTES },
  async () => {
    const path = await write('seeds', {
      vary: [
        { seed: 1, 'phases.0.epochs': 1 },
        // So many that it is not over when it is killed.
        { seed: 2, 'phases.0.epochs': 150 },
      ],
    });
    const whole = await study(path, '--out', join(folder, 'whole'));
    expect([whole.code, whole.error]).toEqual([0, '']);

    // In the middle of the second run.
    await studyUntil(9, path, '--out', join(folder, 'killed'));
    const again = await study(path, '--out', join(folder, 'killed'));
    expect([again.code, again.error]).toEqual([2, expect.stringContaining('--resume')]);
    const resumed = await study(path, '--out', join(folder, 'killed'), '--resume', '--json');
    expect([resumed.code, resumed.error]).toEqual([0, '']);
    expect(resumed.out.includes('"kind":"resumed"')).toBe(true);
    // Of the first run nothing was done again: the first set that is opened is the second run's.
    const figures = async (where: string): Promise<string[]> =>
      (await readFile(join(folder, where, 'table.csv'), 'utf8'))
        .split('\n')
        .map((line) => line.split(',').slice(0, 10).join(','));
    expect(await figures('killed')).toEqual(await figures('whole'));
    const other = await study(
      await write('others', { vary: { seed: [3] } }),
      '--out',
      join(folder, 'killed'),
      '--resume',
    );
    expect([other.code, other.error]).toEqual([2, expect.stringContaining('another')]);
  },
);

it('is put together from parts, with the mean of its repeats', { timeout: 6 * MINUTES }, async () => {
  const path = await write('parts', { vary: { batchSize: [16, 32], seed: [1, 2] } });
  const out = join(folder, 'parts');
  for (const shard of ['1/2', '2/2']) {
    const { code, error } = await study(path, '--out', out, '--shard', shard);
    expect([code, error]).toEqual([0, '']);
  }
  expect(await readdir(out)).not.toContain('table.csv');
  const { code, error } = await study('--gather', out);
  expect([code, error]).toEqual([0, '']);
  expect((await readFile(join(out, 'table.csv'), 'utf8')).trim().split('\n')).toHaveLength(5);
  const report = await readFile(join(out, 'report.html'), 'utf8');
  expect(report).toMatch(/^<!doctype html>/);
  // It stands alone: no script, no address, nothing of this machine.
  expect(report).not.toMatch(/<script|<link|<img|src=|href=|url\(/);
  expect(report).not.toContain(folder);
  expect(report.split('<circle')).toHaveLength(5);
  expect(report.split('<polyline')).toHaveLength(5);
  for (const part of ['parts', 'Means of repeats', 'To do it again', '@page{size:A4'])
    expect(report).toContain(part);
  expect(await readFile(join(out, 'table.md'), 'utf8')).toMatch(
    /## Means of repeats[^]*\| 16 \| 2 \| 0\.\d{4} \|/,
  );
});

it.each([
  ['is no JSON', '{', /is not JSON/],
  ['names no field', JSON.stringify({ name: 'a', base: 'base.json', vary: {} }), /vary names no field/],
  [
    'has a base that is not there',
    JSON.stringify({ name: 'a', base: 'none.json', vary: { seed: [1] } }),
    /none\.json/,
  ],
  [
    'compares runs that have other epochs',
    JSON.stringify({
      ...{ name: 'a', base: 'base.json', choose: 'valLoss', search: { kind: 'asha' } },
      vary: { 'phases.0.epochs': [2, 3] },
    }),
    /all have to have as many; they have 3, 4/,
  ],
])('refuses a study that %s, and runs nothing', async (_what, text, message) => {
  const path = join(folder, 'refused.json');
  await writeFile(path, text);
  const { code, error } = await study(path, '--out', join(folder, 'refused'));
  expect([code, error]).toEqual([2, expect.stringMatching(message)]);
  await expect(readdir(join(folder, 'refused'))).rejects.toThrow('ENOENT');
});

it('says which combination is refused, and runs nothing', async () => {
  const path = await write('bad', { vary: { batchSize: [16, -3] } });
  const { code, error } = await study(path, '--out', join(folder, 'bad'));
  expect(code).toBe(2);
  expect(error).toContain('The combination batchSize = -3 is refused.');
  await expect(readdir(join(folder, 'bad'))).rejects.toThrow('ENOENT');
});

it(
  'tests each picture of a small set once, by folds, with mean and interval',
  { timeout: 6 * MINUTES },
  async () => {
    const path = await write('folds', { search: { kind: 'folds', folds: 3 } });
    const out = join(folder, 'folds');
    const { code, error } = await study(path, '--out', out);
    expect([code, error]).toEqual([0, '']);
    const names = (await readdir(join(out, 'runs'))).sort();
    expect(names).toEqual(['1-fold-1-of-3', '2-fold-2-of-3', '3-fold-3-of-3']);
    const tested = await Promise.all(
      names.map(async (name) => (await json('folds', 'runs', name, 'split.json'))['test'] as number[]),
    );
    expect(tested.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, row) => row));
    expect(await readFile(join(out, 'table.md'), 'utf8')).toMatch(
      /## Means of repeats[^]*repeats \| mean test accuracy[^]*\| 3 \| 0\.\d{4} \| -?\d\.\d{4} \| \d\.\d{4} \|/,
    );
  },
);

it(
  'ends losing runs early, and goes on where it was killed with the same runs and numbers',
  { timeout: 8 * MINUTES },
  async () => {
    const path = await write('asha', {
      vary: { 'head.dropout': [0, 0.5], 'phases.0.learningRate': [0.001, 1e-7] },
      search: { kind: 'asha', eta: 2, least: 1 },
      choose: 'valLoss',
      base: await ashaBase(),
    });
    const whole = await study(path, '--out', join(folder, 'asha'));
    expect([whole.code, whole.error]).toEqual([0, '']);
    const rungs = JSON.parse(await readFile(join(folder, 'asha', 'bracket.json'), 'utf8')) as {
      name: string;
      rung: number;
      history: unknown[];
    }[];
    expect(rungs.filter(({ rung }) => rung === 0)).toHaveLength(4);
    expect(rungs.filter(({ rung }) => rung === 2).length).toBeLessThan(2);
    for (const { rung, history } of rungs) expect(history).toHaveLength([1, 2, 4][rung] ?? 0);
    const table = (await readFile(join(folder, 'asha', 'table.csv'), 'utf8')).trim().split('\n');
    expect(table).toHaveLength(5);
    expect(table.filter((line) => line.includes(',yes,,'))).toHaveLength(1);
    // A rate that learns nothing is not carried to the end.
    const early = table.filter((line) => line.endsWith(',,yes,'));
    expect(early.filter((line) => line.includes('1e-7'))).toHaveLength(2);

    await studyUntil(5, path, '--out', join(folder, 'asha killed'));
    const resumed = await study(path, '--out', join(folder, 'asha killed'), '--resume');
    expect([resumed.code, resumed.error]).toEqual([0, '']);
    const again = JSON.parse(await readFile(join(folder, 'asha killed', 'bracket.json'), 'utf8')) as object[];
    const timeless = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
        key === 'seconds' || key === 'frozenPictures' ? 0 : inner,
      );
    expect(timeless(again)).toEqual(timeless(rungs));
    const shard = await study(path, '--out', join(folder, 'asha parts'), '--shard', '1/2');
    expect([shard.code, shard.error]).toEqual([2, expect.stringContaining('asha has no parts')]);
  },
);

/** Four epochs of the head alone. */
async function ashaBase(): Promise<object> {
  return tinyRecipe({ phases: [{ name: 'head', epochs: 4, learningRate: 0.001 }] });
}
