/** The paper's recipe at the paper's size, on wasm: Mien against stock tfjs in the same process, and against Keras. */
import { openDataset } from '../../../src/data/open-dataset.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import type { FullRecipe } from '../../../src/protocol/recipe/full-recipe.ts';
import { median, type Bench, type Row, type Settings } from '../bench.ts';
import { kerasTimes } from '../keras/keras-times.ts';
import { epochSeconds, phaseSeconds, runRecipe, startSession } from '../runs/mien-run.ts';
import { runInPage } from '../runs/page-run.ts';
import { PAPER_EPOCHS, paperRecipe } from '../runs/paper-recipe.ts';
import {
  inWords,
  kerasMedians,
  shareInWords,
  stockTimes,
  TIMES_COUNT,
  wholeRun,
  withShare,
} from '../runs/whole-run.ts';

const WHAT = 'MobileNetV2 1.0 at 224, 96 pictures, 50 + 35 epochs';
/** 160 pictures are 96, 32 and 32: whole batches. Random weights cost the same as trained ones. */
const PAPER_SIZE = { views: 8, pictures: 160, size: 224, alpha: 1, weights: 'random' } as const;
/** The wasm heap holds 4 GiB, of which stock tfjs wants more for a step of 32 pictures and for one of 16. */
const STOCK_BATCH = 8;

export const recipe224: Bench = {
  name: 'recipe-224',
  help: 'the paper’s recipe at 224 pixels on wasm against stock tfjs and Keras (about 6 minutes)',
  async run({ quick, say }) {
    const session = await startSession('wasm');
    const measured = quick ? 1 : 3;
    const few = recipeOf({ head: measured, fineTune: measured });
    const dataset = await openDataset(few, session.platform, { onProgress: () => undefined });
    const stock = await withShare(() => stockTimes(session, { ...few, batchSize: STOCK_BATCH }, dataset));
    say(`stock: ${inWords(stock.value)}, ${shareInWords(stock.share)}`);
    const whole = recipeOf(quick ? { head: 2, fineTune: 2 } : PAPER_EPOCHS);
    const run = await withShare(() => runRecipe(session, whole));
    const inNode = phaseSeconds(run.value);
    const filling = `${fillSeconds(run.value).toFixed(0)} s of it to fill the cache`;
    say(`Mien, views 8: ${inNode.toFixed(1)} s, ${filling}, ${shareInWords(run.share)}`);
    const inPage = {
      plain: await pageSeconds(whole, 'views 8', say),
      relaxed: await pageSeconds({ ...whole, simd: 'relaxed' }, 'views 8, relaxed SIMD', say),
      fresh: await freshSeconds(few, say),
    };
    const keras = await kerasTimes(dataset, { epochs: measured + 1, alpha: PAPER_SIZE.alpha });
    const rows = [againstStock(wholeRun(stock.value), inNode, filling)];
    if (keras === null) return rows;
    const medians = kerasMedians(keras);
    say(`Keras: ${inWords(medians)}, ${shareInWords(keras.share)}`);
    return [...rows, ...againstKeras(wholeRun(medians), inNode, inPage)];
  },
};

const recipeOf = ({ head, fineTune }: { head: number; fineTune: number }): FullRecipe =>
  paperRecipe({ ...PAPER_SIZE, headEpochs: head, fineTuneEpochs: fineTune });

/** What the phases took beside epochs that find all in the cache. */
function fillSeconds(run: RunResult): number {
  const epochs = run.recipe.phases.map((phase, index) => phase.epochs * median(epochSeconds(run, index)));
  return phaseSeconds(run) - epochs.reduce((sum, seconds) => sum + seconds, 0);
}

async function pageSeconds(whole: FullRecipe, what: string, say: Settings['say']): Promise<number> {
  const seconds = phaseSeconds(await runInPage(whole, 'wasm'));
  say(`Mien, ${what}, two threads in the page: ${seconds.toFixed(1)} s`);
  return seconds;
}

/** The whole run with new views in each epoch, put together from a few. */
async function freshSeconds(few: FullRecipe, say: Settings['say']): Promise<number> {
  const fresh = { ...few, augmentation: { ...few.augmentation, views: 'fresh' } } as const;
  const run = await runInPage(fresh, 'wasm');
  const epochs = [median(epochSeconds(run, 0)), median(epochSeconds(run, 1))] as const;
  say(`Mien, new views, two threads in the page: ${inWords(epochs)}`);
  return wholeRun(epochs);
}

/** Seconds of whole runs in the page. */
interface InPage {
  readonly plain: number;
  readonly relaxed: number;
  readonly fresh: number;
}

const againstStock = (stock: number, inNode: number, filling: string): Row => ({
  what: `views 8, one thread: ${WHAT}`,
  against: 'tfjs fit, same backend',
  unit: 's',
  mien: inNode,
  other: stock,
  aimRatio: 0.025,
  note: `Mien in Node, the whole run, ${filling}. Stock tfjs gets Mien’s gradient kernels, pictures that are not augmented, and batches of ${STOCK_BATCH.toString()}: with 32, and with 16, it does not fit into the heap. ${TIMES_COUNT}`,
});

function againstKeras(keras: number, inNode: number, inPage: InPage): Row[] {
  const against = 'Keras fit, cpu';
  const note = `Mien in Chromium with two wasm threads, the whole run; Keras 3 on TensorFlow with all cores, batches of 32. ${TIMES_COUNT}`;
  return [
    {
      what: `views 8: ${WHAT}`,
      against,
      unit: 's',
      mien: inPage.plain,
      other: keras,
      aimRatio: 0.23,
      note,
    },
    {
      what: 'views 8, relaxed SIMD: the same',
      against,
      unit: 's',
      mien: inPage.relaxed,
      other: keras,
      aimRatio: 0.2,
    },
    {
      what: 'new views in each epoch: the same',
      against,
      unit: 's',
      mien: inPage.fresh,
      other: keras,
      aimRatio: 0.6,
    },
    { what: 'views 8, one thread: the same', against, unit: 's', mien: inNode, other: keras },
  ];
}
