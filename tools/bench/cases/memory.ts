/** Whether a long run holds more and more memory. */
import * as tf from '@tensorflow/tfjs';
import { type Bench } from '../bench.ts';
import { runRecipe, startSession } from '../runs/mien-run.ts';
import { paperRecipe } from '../runs/paper-recipe.ts';

/** By this epoch caches and pools are filled, and the collector has run. */
const SETTLED = 40;

export const memory: Bench = {
  name: 'memory',
  help: 'memory after 40 and after 200 epochs on wasm (1 minute)',
  async run({ quick, say }) {
    const session = await startSession('wasm');
    const epochs = quick ? 60 : 200;
    const recipe = paperRecipe({
      views: 2,
      headEpochs: SETTLED / 2,
      fineTuneEpochs: epochs - SETTLED / 2,
      pictures: 160,
      size: 48,
    });
    const residentMB: number[] = [];
    const tensors: number[] = [];
    await runRecipe(session, recipe, (event) => {
      if (event.kind !== 'epoch') return;
      globalThis.gc?.();
      residentMB.push(process.memoryUsage.rss() / 2 ** 20);
      tensors.push(tf.memory().numTensors);
    });
    say(`tensors: ${tensors[SETTLED]?.toString() ?? '?'}, then ${tensors.at(-1)?.toString() ?? '?'}`);
    const what = `after ${epochs.toString()} epochs`;
    const against = `after ${SETTLED.toString()} epochs`;
    return [
      {
        what: `resident memory ${what}`,
        against,
        unit: 'MB',
        mien: max(residentMB.slice(-5)),
        other: max(residentMB.slice(SETTLED - 5, SETTLED)),
        aimRatio: 1.05,
      },
      {
        what: `tensors ${what}`,
        against,
        unit: '',
        mien: tensors.at(-1) ?? 0,
        other: tensors[SETTLED] ?? 0,
        aimRatio: 1,
      },
    ];
  },
};

const max = (values: readonly number[]): number => Math.max(...values);
