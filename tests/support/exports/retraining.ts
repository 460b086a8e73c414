/** The program that travels with a Keras export, run as it was generated on the set that Mien saved. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { Session } from '../../../src/engine/session.ts';
import type { DatasetSummary } from '../../../src/protocol/set/dataset.ts';
import type { WrittenRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { openSession, tinyRecipe, train } from '../session.ts';
import { filesOf, writeFiles } from './networks.ts';

const PYTHON = process.env['KERAS_PYTHON'] ?? 'python3';

/** Runs the program in a folder, on two processors that are made of one; returns what it says. */
export function trainAgain(folder: string, options: readonly string[] = []): string {
  const args = ['train/train.py', '--set', 'set.parquet', '--virtual-devices', '2', ...options];
  return execFileSync(PYTHON, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, KERAS_BACKEND: 'tensorflow', TF_CPP_MIN_LOG_LEVEL: '3' },
  });
}

/** Writes the open set of a session beside the program. */
export async function saveSet(session: Session, folder: string): Promise<void> {
  const { blob } = await session.set.save({ signal: new AbortController().signal, emit: () => undefined });
  writeFileSync(join(folder, 'set.parquet'), new Uint8Array(await blob.arrayBuffer()));
}

/** Trains a recipe on 64 pictures here, and then by its program: on the same split, written in the same shapes. */
export async function holdRetraining(
  changes: Partial<WrittenRecipe>,
  retrain = (folder: string): Promise<void> => {
    expect(trainAgain(folder, ['--start', 'random'])).toContain('tensorflow on 2 device(s)');
    return Promise.resolve();
  },
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mien-retraining-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const session = await openSession('wasm');
  const recipe = await tinyRecipe({ dataset: { source: 'sample', pictures: 64 }, ...changes });
  const { result, events } = await train(session, recipe);
  writeFiles(folder, await filesOf(session.packing(), 'keras'));
  await saveSet(session, folder);
  await retrain(folder);

  const written = (name: string): unknown => JSON.parse(readFileSync(join(folder, 'trained', name), 'utf8'));
  const opened = events.find((event) => event.kind === 'dataset') as { dataset: DatasetSummary };
  const { split, labels } = opened.dataset;
  expect(written('split.json')).toEqual({
    train: [...split.train],
    validation: [...split.validation],
    test: [...split.test],
  });
  const history = written('history.json') as Record<string, unknown>[];
  expect(history.map(({ phase }) => phase)).toEqual(recipe.phases.map(({ name }) => name));
  for (const line of history) {
    expect(Object.keys(line).filter((key) => !(key in (result.history[0] ?? {})))).toEqual([]);
    expect(Object.values(line).slice(1).every(Number.isFinite)).toBe(true);
  }
  const evaluation = written('evaluation.json') as { confusionMatrix: number[][]; labels: string[] };
  expect(evaluation.labels).toEqual(labels);
  expect(evaluation.confusionMatrix.flat().reduce((sum, count) => sum + count, 0)).toBe(split.test.length);
  return folder;
}
