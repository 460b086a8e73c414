/**
 * Whether the program that travels with a Keras export does as well as Mien: a short recipe, carried out by both with the
 * same seeds, on the same set and split, from the same untrained weights or those that Mien began with.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Session } from '../../../src/engine/session.ts';
import { findExporter } from '../../../src/exporters/registry.ts';
import { parseRecipe, type Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { kerasPython } from '../../setup/keras.ts';
import { thisSystem } from '../../setup/system.ts';
import type { Bench, Row, Settings } from '../bench.ts';
import { mean, standardDeviation, welch } from '../keras/welch.ts';
import { runRecipe, startSession } from '../runs/mien-run.ts';

const SEEDS = [1, 2, 3, 4, 5];

/** Points that means may differ by whatever the spread. */
const POINTS = 5;

export const scriptSeeds: Bench = {
  name: 'script-seeds',
  help: 'test accuracy of the program that travels with a Keras export, five seeds beside Mien’s (10 minutes)',
  async run(settings) {
    const python = kerasPython(thisSystem);
    if (python === null) return [];
    const session = await startSession('wasm');
    const folder = await mkdtemp(join(tmpdir(), 'mien-script-seeds-'));
    try {
      return [rowOf(await bothFor(session, { folder, python, settings }), settings)];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

interface Accuracies {
  /** Per cent. */
  readonly mien: readonly number[];
  readonly program: readonly number[];
}

async function bothFor(
  session: Session,
  { folder, python, settings }: { folder: string; python: string; settings: Settings },
): Promise<Accuracies> {
  const both = { mien: [] as number[], program: [] as number[] };
  for (const seed of settings.quick ? SEEDS.slice(0, 2) : SEEDS) {
    // The program goes on from what is exported: an epoch at no rate leaves the network as it began.
    await runRecipe(session, recipeOf(seed, settings, 'untrained'));
    await writeExport(session, join(folder, 'untrained'));
    const { test } = await runRecipe(session, recipeOf(seed, settings, 'trained'));
    await writeExport(session, join(folder, 'trained'));
    both.mien.push(100 * (test?.accuracy ?? Number.NaN));
    both.program.push(100 * (await accuracyOf(folder, python)));
    settings.say(
      `seed ${seed.toString()}: ${both.mien.at(-1)?.toFixed(1) ?? ''} and ${both.program.at(-1)?.toFixed(1) ?? ''} %`,
    );
  }
  return both;
}

const epochsOf = (isQuick: boolean) => (isQuick ? { head: 1, fineTune: 1 } : { head: 8, fineTune: 4 });

/** The split is drawn with one seed each time, so that only training's chance differs. */
function recipeOf(seed: number, { quick }: Settings, how: 'untrained' | 'trained'): Recipe {
  const epochs = epochsOf(quick);
  const head = { name: 'head', epochs: epochs.head, learningRate: 0.003 };
  const fineTune = { name: 'fineTune', epochs: epochs.fineTune, learningRate: 0.0003, unfreeze: 30 };
  return parseRecipe({
    dataset: { source: 'sample', pictures: 600 },
    image: { size: 64 },
    augmentation: { horizontalFlip: true, rotationDegrees: 10, views: 'fresh' },
    backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' },
    phases: how === 'trained' ? [head, fineTune] : [{ name: 'head', epochs: 1, learningRate: 1e-12 }],
    seed,
  });
}

/** The Keras export, and the open set beside it. */
async function writeExport(session: Session, folder: string): Promise<void> {
  const { files } = await session.packing().files(findExporter('keras'));
  for (const { path, chunks } of files) {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks()) parts.push(chunk.slice());
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), Buffer.concat(parts));
  }
  const { blob } = await session.set.save({ signal: new AbortController().signal, emit: () => undefined });
  await writeFile(join(folder, 'set.parquet'), new Uint8Array(await blob.arrayBuffer()));
}

/** Runs the program of the trained export on the untrained network; 0 to 1. */
async function accuracyOf(folder: string, python: string): Promise<number> {
  const trained = join(folder, 'trained');
  await writeFile(join(trained, 'model.keras'), await readFile(join(folder, 'untrained', 'model.keras')));
  await promisify(execFile)(python, ['train/train.py', '--set', 'set.parquet', '--start', 'exported'], {
    cwd: trained,
    env: { ...process.env, KERAS_BACKEND: 'tensorflow', TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  const text = await readFile(join(trained, 'trained', 'evaluation.json'), 'utf8');
  return (JSON.parse(text) as { testAccuracy: number }).testAccuracy;
}

/** Reached when the interval of the difference holds 0, or the means are {@link POINTS} apart at most. */
function rowOf({ mien, program }: Accuracies, { quick }: Settings): Row {
  const { head, fineTune } = epochsOf(quick);
  const { difference, halfWidth } = welch(mien, program);
  const interval = [difference - halfWidth, difference + halfWidth].map((points) => points.toFixed(1));
  return {
    what: `test accuracy: MobileNetV2 0.35 at 64, ${head} + ${fineTune} epochs, mean of ${mien.length.toString()} seeds`,
    against: 'the exported program in Keras',
    unit: '%',
    mien: mean(mien),
    other: mean(program),
    aimDistance: Math.max(POINTS, halfWidth),
    note: `${inWords(mien)} against ${inWords(program)}; difference ${difference.toFixed(1)} points, 95 % interval ${interval.join(' to ')} (Welch). Both begin with the starter weights and with the same head.`,
  };
}

const inWords = (values: readonly number[]): string =>
  `${values.map((value) => value.toFixed(1)).join(', ')} (${mean(values).toFixed(1)} ± ${standardDeviation(values).toFixed(1)})`;
