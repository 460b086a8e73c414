/** Times real Keras on the pictures that Mien trains on, in a process of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '../../../src/data/dataset.ts';
import { kerasPython } from '../../setup/keras.ts';
import { thisSystem } from '../../setup/system.ts';
import { runScript, writePictures } from './keras-script.ts';

/** What the script prints. */
export interface KerasTimes {
  readonly keras: string;
  /** Seconds of each epoch, head and fine-tuning. */
  readonly epochs: readonly [readonly number[], readonly number[]];
  /** Processors that it had on average. */
  readonly share: number;
}

interface Timed {
  /** Epochs of each phase. */
  readonly epochs: number;
  /** Of MobileNetV2. */
  readonly alpha: number;
}

/** Null, after one line that says why, where there is no Keras and none can be installed. */
export async function kerasTimes(dataset: Dataset, { epochs, alpha }: Timed): Promise<KerasTimes | null> {
  const python = kerasPython(thisSystem);
  if (python === null) return null;
  const folder = await mkdtemp(join(tmpdir(), 'mien-bench-'));
  try {
    await writePictures(dataset, ['train', 'validation'], folder);
    const args = [folder, epochs.toString(), alpha.toString()];
    const lines = await runScript({ python, script: 'keras_fit.py', args });
    return JSON.parse(lines.at(-1) ?? '') as KerasTimes;
  } finally {
    await rm(folder, { recursive: true });
  }
}
