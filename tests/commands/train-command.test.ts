/** The headless command as a process: the files it writes. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { EXPORTERS } from '../../src/exporters/registry.ts';
import { killCommand, runCommand, runCommandWith, type Ended } from '../support/command.ts';
import { startTestHub } from '../support/sets/local-hub.ts';
import { smallSet } from '../support/sets/small-set.ts';
import { hashOf, leavingTheNumbers, tinyRecipe } from '../support/session.ts';

// Each test starts a process of its own.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-train-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** What a run wrote, without its times. */
async function leftIn(name: string): Promise<{ history: object[]; evaluation: unknown; weights: string }> {
  const history = (await readJson(name, 'history.json')) as object[];
  return {
    history: history.map((epoch) => ({ ...epoch, seconds: 0 })),
    evaluation: await readJson(name, 'evaluation.json'),
    weights: hashOf(await readFile(join(folder, name, 'model', 'weights.bin'))),
  };
}

async function recipeFile(name: string, recipe: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof recipe === 'string' ? recipe : JSON.stringify(recipe));
  return path;
}

async function readJson(...path: string[]): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, ...path), 'utf8'));
}

describe('npm run train', () => {
  it.concurrent('takes a set from the Hub it is given, with a token that it writes nowhere', async ({
    expect,
  }) => {
    const token = 'hf_let_me_in';
    const repo = 'classroom/few';
    const file = `${repo}/data/train-00000-of-00001.parquet`;
    const hub = await startTestHub({ gated: { [repo]: token } }, { [file]: await smallSet(80) });
    const recipe = await tinyRecipe({
      dataset: { source: 'hub', repo },
      image: { size: 32, resize: 'area' },
      phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
    });
    const path = await recipeFile('hub.json', recipe);
    const kept = join(folder, 'kept');
    const where = ['--out', join(folder, 'hub'), '--store', kept, '--hub', hub.origin];
    const args = [path, ...where, '--backend', 'wasm', '--json'];
    const refused = await runCommand('train', ...args);
    expect([refused.code, refused.error.includes('net/gated')]).toEqual([1, true]);
    const { code, out } = await runCommandWith({ HF_TOKEN: token }, 'train', ...args);
    expect(code).toBe(0);
    expect((await readdir(kept)).sort()).toEqual(expect.arrayContaining(['downloads', 'pictures']));
    expect(hub.requests.some(({ hasToken, server }) => hasToken && server === 'files')).toBe(false);
    await hub.close();
    const files = ['history.json', 'evaluation.json', 'split.json', 'run.json'];
    const written = await Promise.all(files.map((file) => readFile(join(folder, 'hub', file), 'utf8')));
    expect([out, ...written].join('')).not.toContain(token);
  });

  it.concurrent('writes history, evaluation, split, run and model, and ends with 0', async ({ expect }) => {
    const path = await recipeFile('tiny.json', await tinyRecipe());
    const args = [path, '--out', join(folder, 'out'), '--backend', 'wasm', '--json'];
    const { code, out, error } = await runCommand('train', ...args, '--export', 'onnx', '--export', 'all');
    expect(error).toBe('');
    expect(code).toBe(0);
    const events = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(events).toContain('epoch');
    expect(events.at(-1)).toBe('finished');
    const formats = EXPORTERS.map(({ entry }) => entry.name);
    const papers = 'evaluation.json history.json report.txt run.json run.mien.zip split.json'.split(' ');
    expect((await readdir(join(folder, 'out'))).sort()).toEqual(['model', ...papers, ...formats].sort());
    expect((await readdir(join(folder, 'out', 'model'))).sort()).toEqual(['model.json', 'weights.bin']);
    // Each format in a folder of its name, variants told by the file's.
    for (const format of formats) {
      const expected = ['README.md', 'labels.json', 'mien.json', 'papers'];
      if (format !== 'papers') expected.push('proof');
      expect(await readdir(join(folder, 'out', format))).toEqual(expect.arrayContaining(expected));
    }
    const variants = ['model.onnx', 'model.float16.onnx', 'model.int8.onnx'];
    expect(await readdir(join(folder, 'out', 'onnx'))).toEqual(expect.arrayContaining(variants));
    // What rounding does is said, once for each format that has it.
    expect(out).toMatch(/"kind":"exported","format":"onnx","notes":\["model\.float16\.onnx has its weights/);
    // A run and its network say which weights they began with.
    const { weights, cachePrecision, simd, kernels } = (await readJson('out', 'run.json')) as Record<
      string,
      object
    >;
    expect(cachePrecision).toBe('float32');
    expect(simd).toEqual(['plain']);
    expect(kernels).toEqual([expect.stringMatching(/^Mien .*, wasm /)]);
    expect(weights).toMatchObject({ origin: 'random, seed 42', sizeBytes: 0 });
    expect(weights).toHaveProperty('sha256', expect.stringMatching(/^[0-9a-f]{64}$/));
    const model = (await readJson('out', 'model', 'model.json')) as { userDefinedMetadata: object };
    expect(model.userDefinedMetadata).toHaveProperty('backboneWeights', weights);
    const history = (await readJson('out', 'history.json')) as object[];
    expect(history).toHaveLength(4);
    expect(Object.keys(history[0] ?? {}).join()).toBe(
      'phase,epoch,loss,accuracy,valLoss,valAccuracy,learningRate,seconds',
    );
    const evaluation = (await readJson('out', 'evaluation.json')) as {
      confusionMatrix: number[][];
      labels: string[];
    };
    expect(evaluation.labels).toHaveLength(8);
    expect(evaluation.confusionMatrix.flat().reduce((sum, count) => sum + count)).toBe(16);
    const split = (await readJson('out', 'split.json')) as Record<string, number[]>;
    expect(
      Object.values(split)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 80 }, (_, row) => row));
  });

  it.concurrent('writes what there is where the split keeps no pictures for validation', async ({
    expect,
  }) => {
    const split = { train: 0.8, validation: 0, test: 0.2, seed: 42 };
    const recipe = await tinyRecipe({ split, earlyStopping: null });
    const path = await recipeFile('unchecked.json', recipe);
    const where = ['--out', join(folder, 'unchecked'), '--backend', 'wasm'];
    const { code, out } = await runCommand(
      'train',
      path,
      ...where,
      '--export',
      'safetensors',
      '--export',
      'keras',
    );
    expect(code).toBe(0);
    expect(out).toContain('64 / 0 / 16 train / validation / test');
    expect(out).toMatch(/Head 1 of 2 {2}train [\d.]+ [\d.]+\s% {2}[\d.]+ s\n/);
    expect(out).toMatch(/Head done: epoch 2 kept, no validation\n/);
    const keras = await readFile(join(folder, 'unchecked', 'keras', 'README.md'), 'utf8');
    expect(keras).toContain('the split keeps no pictures for validation');
    const written = await readFile(join(folder, 'unchecked', 'history.json'), 'utf8');
    expect(written).toContain('"valLoss": null');
    expect(await readJson('unchecked', 'evaluation.json')).toMatchObject({ unsureBelow: null });
    expect(await readJson('unchecked', 'split.json')).toMatchObject({ validation: [] });
    expect(await readFile(join(folder, 'unchecked', 'report.txt'), 'utf8')).toMatch(/macro avg/);
    const card = await readFile(join(folder, 'unchecked', 'safetensors', 'README.md'), 'utf8');
    expect(card).toContain('kept no pictures for validation: the network is that of the last epoch');
    expect(`${out}${written}${card}`).not.toContain('NaN');

    const stopping = { ...recipe, earlyStopping: { patience: 2 } };
    const refused = await runCommand('train', await recipeFile('refused.json', stopping), ...where);
    expect([refused.code, refused.error.includes('earlyStopping: goes by validation pictures')]).toEqual([
      2,
      true,
    ]);
  });

  it.concurrent('goes on with a run whose process was killed, to the same numbers', async ({ expect }) => {
    const recipe = await tinyRecipe({
      phases: [
        { name: 'head', epochs: 1, learningRate: 0.003 },
        { name: 'fineTune', epochs: 12, learningRate: 0.001, unfreeze: 12, batchNorm: 'inference' },
      ],
      earlyStopping: null,
    });
    const path = await recipeFile('killed.json', recipe);
    const kept = ['--store', join(folder, 'epochs'), '--backend', 'wasm', '--json'];
    const checkpoints = join(folder, 'epochs/checkpoints');
    const isSecond = (name: string): boolean => name.includes('head%2F00000002');
    // Epochs are written beside the steps: the last ones may not be there yet.
    const killed = await killCommand(
      (said) =>
        said.includes('"kind":"step"') && existsSync(checkpoints) && readdirSync(checkpoints).some(isSecond),
      'train',
      ...[path, '--out', join(folder, 'killed'), ...kept],
    );
    expect(killed).toBe('SIGKILL');
    const { code, out } = await runCommand(
      'train',
      path,
      '--out',
      join(folder, 'went-on'),
      '--resume',
      ...kept,
    );
    expect(code).toBe(0);
    expect(out).toContain('"kind":"resumed"');
    expect((await runCommand('train', path, '--out', join(folder, 'whole'), '--backend', 'wasm')).code).toBe(
      0,
    );
    const [wentOn, whole] = await Promise.all(['went-on', 'whole'].map(leftIn));
    expect(whole?.history).toHaveLength(13);
    expect(wentOn).toEqual(whole);
    const noStore = await runCommand('train', path, '--out', join(folder, 'whole'), '--resume');
    expect([noStore.code, noStore.error.includes('--store')]).toEqual([2, true]);
  });

  it.concurrent('finds a learning rate for a phase, named or counted, and writes it', async ({ expect }) => {
    const recipe = await tinyRecipe({
      image: { size: 64, resize: 'area' },
      backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' },
      phases: [
        { name: 'head', epochs: 1, learningRate: 0.001 },
        { name: 'fineTune', epochs: 1, learningRate: 0.0003, unfreeze: 12, batchNorm: 'inference' },
      ],
    });
    const path = await recipeFile('rate.json', recipe);
    const find = (phase: string, out: string, ...more: string[]): Promise<Ended> =>
      runCommand(
        'train',
        path,
        '--out',
        join(folder, out),
        '--backend',
        'wasm',
        '--find-rate',
        phase,
        ...more,
      );
    const named = await find('fineTune', 'rate');
    expect([named.code, named.error]).toEqual([0, '']);
    const sweep = (await readJson('rate', 'learning-rate.json')) as { points: object[]; suggested: number };
    expect(sweep).toMatchObject({ phase: 'fineTune', phaseIndex: 1 });
    expect(Object.keys(sweep.points[0] ?? {})).toEqual(['learningRate', 'loss', 'smoothedLoss']);
    expect(named.out).toContain(
      `Suggested learning rate for phase 2 (fineTune): ${String(sweep.suggested)}.`,
    );
    expect(await readdir(join(folder, 'rate'))).toEqual(['learning-rate.json']);
    const counted = await find('2', 'rate-2', '--json');
    expect(await readJson('rate-2', 'learning-rate.json')).toEqual(sweep);
    expect(JSON.parse(counted.out.trim().split('\n').at(-1) ?? '')).toMatchObject({
      kind: 'finished',
      phase: 'fineTune',
      suggested: sweep.suggested,
    });
    const missing = await find('3', 'rate-3');
    expect([missing.code, missing.error.includes('1 (head), 2 (fineTune). Came: 3')]).toEqual([2, true]);
    const both = await find('1', 'rate-4', '--export', 'tfjs');
    expect([both.code, both.error.includes('--export')]).toEqual([2, true]);
  });

  it.concurrent('says how to get at the network of a run that failed, and writes it', async ({ expect }) => {
    const recipe = await leavingTheNumbers();
    const path = await recipeFile('not-finite.json', recipe);
    const args = [path, '--out', join(folder, 'not-finite'), '--store', join(folder, 'failed')];
    const failed = await runCommand('train', ...args, '--backend', 'wasm');
    expect([failed.code, failed.error]).toEqual([1, expect.stringMatching(/train\/not-finite/)]);
    expect(failed.error).toMatch(/network of head epoch \d is kept: .* --resume --stop writes it/);
    const kept = await runCommand('train', ...args, '--backend', 'wasm', '--resume', '--stop');
    expect([kept.code, kept.error]).toEqual([0, '']);
    expect((await leftIn('not-finite')).history).toHaveLength(2);
    expect(await readJson('not-finite', 'evaluation.json')).toHaveProperty('testLoss', expect.any(Number));
    const again = await runCommand('train', ...args, '--backend', 'wasm', '--resume', '--stop');
    expect([again.code, again.error]).toEqual([1, expect.stringContaining('train/no-checkpoint')]);
  });
});
