/** The paper's recipe at the paper's size, on wasm: Mien against stock tfjs in the same process, and against Keras. */
import { openDataset } from '../../../src/data/open-dataset.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import { median, type Bench, type Row } from '../bench.ts';
import { kerasTimes } from '../keras-times.ts';
import { epochSeconds, phaseSeconds, runRecipe, startSession } from '../mien-run.ts';
import { PAPER_EPOCHS, paperRecipe, type Variation } from '../paper-recipe.ts';
import { inWords, kerasMedians, stockTimes, TIMES_COUNT, wholeRun } from '../whole-run.ts';

const NETWORK = 'MobileNetV2 1.0 at 224, 96 pictures, 50 + 35 epochs';
/** 160 pictures are 96, 32 and 32: whole batches. Random weights cost the same as trained ones. */
const PAPER_SIZE = { views: 8, pictures: 160, size: 224, alpha: 1, weights: 'random' } as const;
/** The wasm heap holds 4 GiB, of which stock tfjs wants more for a step of 32 pictures and for one of 16. */
const STOCK_BATCH = 8;

export const recipe224: Bench = {
  name: 'recipe-224',
  help: 'the paper’s recipe at 224 pixels on wasm against stock tfjs and Keras (about 10 minutes)',
  async run({ quick, say }) {
    const session = await startSession('wasm');
    const measured = quick ? 1 : 3;
    const few = recipeOf({ headEpochs: measured, fineTuneEpochs: measured });
    const dataset = await openDataset(few, session.platform, { onProgress: () => undefined });
    const stock = await stockTimes(session, { ...few, batchSize: STOCK_BATCH }, dataset);
    say(`stock: ${inWords(stock)}`);
    const epochs = quick ? { head: 2, fineTune: 2 } : PAPER_EPOCHS;
    const run = await runRecipe(
      session,
      recipeOf({ headEpochs: epochs.head, fineTuneEpochs: epochs.fineTune }),
    );
    const mien = phaseSeconds(run);
    say(`Mien, views 8: ${mien.toFixed(1)} s, ${cachedInWords(run)}`);
    const keras = await kerasTimes(dataset, { epochs: measured + 1, alpha: PAPER_SIZE.alpha });
    const what = `views 8: ${NETWORK}`;
    const note = `One wasm thread in Node, the whole run, ${cachedInWords(run)}. Stock tfjs gets Mien’s gradient kernels, pictures that are not augmented, and batches of ${STOCK_BATCH.toString()}: with 32, and with 16, it does not fit into the heap. ${TIMES_COUNT}`;
    const rows: Row[] = [
      {
        what,
        against: 'tfjs fit, same backend',
        unit: 's',
        mien,
        other: wholeRun(stock),
        aimRatio: 0.1,
        note,
      },
    ];
    if (keras === null) return rows;
    const other = kerasMedians(keras);
    say(`Keras: ${inWords(other)}`);
    return [
      ...rows,
      {
        what,
        against: 'Keras fit, cpu',
        unit: 's',
        mien,
        other: wholeRun(other),
        aimRatio: 0.5,
        note: `Mien on one wasm thread; Keras 3 on TensorFlow with all cores, batches of 32. ${TIMES_COUNT}`,
      },
    ];
  },
};

const recipeOf = (epochs: Pick<Variation, 'headEpochs' | 'fineTuneEpochs'>) =>
  paperRecipe({ ...PAPER_SIZE, ...epochs });

/** Epochs whose views are all kept, and what filling took beyond them. */
function cachedInWords(run: RunResult): string {
  const [head = 0, fineTune = 0] = [0, 1].map((phase) => median(epochSeconds(run, phase)));
  const [heads, fineTunes] = run.recipe.phases.map(({ epochs }) => epochs);
  const filling = phaseSeconds(run) - head * (heads ?? 0) - fineTune * (fineTunes ?? 0);
  return `of which ${filling.toFixed(0)} s fill the cache`;
}
