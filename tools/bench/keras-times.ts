/** Times real Keras on the pictures that Mien trains on, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../../src/data/dataset.ts';
import { kerasPython } from '../setup/keras.ts';
import { thisSystem } from '../setup/system.ts';

const SCRIPT = fileURLToPath(new URL('keras_fit.py', import.meta.url));

/** What the script prints. */
export interface KerasTimes {
  readonly keras: string;
  /** Seconds of each epoch, head and fine-tuning. */
  readonly epochs: readonly [readonly number[], readonly number[]];
}

/** Null, after one line that says why, where there is no Keras and none can be installed. */
export async function kerasTimes(dataset: Dataset, epochs: number): Promise<KerasTimes | null> {
  const python = kerasPython(thisSystem);
  if (python === null) return null;
  const folder = await mkdtemp(join(tmpdir(), 'mien-bench-'));
  try {
    await writePictures(dataset, folder);
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' };
    const { status, stdout, stderr } = spawnSync(python, [SCRIPT, folder, epochs.toString()], {
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`Keras could not be timed:\n${stderr}`);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as KerasTimes;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writePictures({ pictures, summary }: Dataset, folder: string): Promise<void> {
  const shapes: Record<string, readonly number[]> = {};
  for (const part of ['train', 'validation'] as const) {
    const rows = summary.split[part];
    await writeFile(join(folder, `${part}X.bin`), await pictures.read(rows));
    await writeFile(
      join(folder, `${part}Y.bin`),
      Uint8Array.from(rows, (row) => summary.labelOfRow[row] ?? 0),
    );
    shapes[`${part}X`] = [rows.length, pictures.size, pictures.size, 3];
    shapes[`${part}Y`] = [rows.length];
  }
  await writeFile(join(folder, 'shapes.json'), JSON.stringify(shapes));
}
