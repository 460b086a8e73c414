/** Whole recipes on wasm: Mien against stock tfjs in the same process, and against Keras on the same machine. */
import type { Dataset } from '../../../src/data/dataset.ts';
import { openDataset } from '../../../src/data/open-dataset.ts';
import type { Session } from '../../../src/engine/session.ts';
import { median, type Bench, type Row, type Settings } from '../bench.ts';
import { kerasTimes } from '../keras/keras-times.ts';
import { epochSeconds, phaseSeconds, runRecipe, startSession } from '../runs/mien-run.ts';
import { runInPage } from '../runs/page-run.ts';
import { PAPER_EPOCHS, paperRecipe } from '../runs/paper-recipe.ts';
import { inWords, kerasMedians, stockTimes, TIMES_COUNT, wholeRun, type Epochs } from '../runs/whole-run.ts';

const NETWORK = 'MobileNetV2 0.35 at 96, 720 pictures, 50 + 35 epochs';

/** Epochs that are measured of a run whose epochs are all alike. */
const measuredIn = ({ quick }: Settings): number => (quick ? 1 : 3);

const freshRecipe = (epochs: number) =>
  paperRecipe({ views: 'fresh', headEpochs: epochs, fineTuneEpochs: epochs });

const openPictures = (session: Session): Promise<Dataset> =>
  openDataset(freshRecipe(1), session.platform, { onProgress: () => undefined });

export const recipe: Bench = {
  name: 'recipe',
  help: 'the paper’s recipe at 96 pixels in the page against Keras (about 4 minutes)',
  async run(settings) {
    const session = await startSession('wasm');
    const inBrowser = await pageSeconds(settings);
    settings.say(`Mien, views 8, in the page: ${inBrowser.toFixed(1)} s`);
    const epochs = measuredIn(settings) + 1;
    const keras = await kerasTimes(await openPictures(session), { epochs, alpha: 0.35 });
    return keras === null ? [] : againstKeras(kerasMedians(keras), inBrowser);
  },
};

export const recipeStock: Bench = {
  name: 'recipe-stock',
  help: 'the paper’s recipe at 96 pixels on one thread of wasm against stock tfjs (about 11 minutes)',
  async run(settings) {
    const session = await startSession('wasm');
    const measured = measuredIn(settings);
    const stock = await stockTimes(session, freshRecipe(measured), await openPictures(session));
    settings.say(`stock: ${inWords(stock)}`);
    const fresh = await freshTimes(session, measured);
    settings.say(`Mien, fresh: ${inWords(fresh)}`);
    const cached = await viewsSeconds(session, settings);
    settings.say(`Mien, views 8: ${cached.toFixed(1)} s`);
    return againstStock(stock, fresh, cached);
  },
};

async function freshTimes(session: Session, epochs: number): Promise<Epochs> {
  const result = await runRecipe(session, freshRecipe(epochs));
  return [median(epochSeconds(result, 0)), median(epochSeconds(result, 1))];
}

/** The whole run, nothing extrapolated. */
const fullRecipe = (quick: boolean) =>
  paperRecipe({
    views: 8,
    headEpochs: quick ? 2 : PAPER_EPOCHS.head,
    fineTuneEpochs: quick ? 2 : PAPER_EPOCHS.fineTune,
  });

const viewsSeconds = async (session: Session, { quick }: Settings): Promise<number> =>
  phaseSeconds(await runRecipe(session, fullRecipe(quick)));

const pageSeconds = async ({ quick }: Settings): Promise<number> =>
  phaseSeconds(await runInPage(fullRecipe(quick), 'wasm'));

function againstStock(stock: Epochs, fresh: Epochs, cached: number): Row[] {
  const against = 'tfjs fit, same backend';
  const note = `One wasm thread in Node. Stock tfjs cannot fine-tune on wasm at all: it is given Mien’s gradient kernels, and pictures that are not augmented. ${TIMES_COUNT}`;
  return [
    {
      what: `views 8: ${NETWORK}`,
      against,
      unit: 's',
      mien: cached,
      other: wholeRun(stock),
      aimRatio: 0.1,
      note,
    },
    {
      what: 'fresh views: the same',
      against,
      unit: 's',
      mien: wholeRun(fresh),
      other: wholeRun(stock),
      aimRatio: 0.5,
    },
    { what: 'fresh views: head epoch', against, unit: 's', mien: fresh[0], other: stock[0] },
    { what: 'fresh views: fine-tune epoch', against, unit: 's', mien: fresh[1], other: stock[1] },
  ];
}

function againstKeras(keras: Epochs, inBrowser: number): Row[] {
  const note = `Mien in Chromium on all wasm threads, the whole run; Keras 3 on TensorFlow with all cores. ${TIMES_COUNT}`;
  const row = { against: 'Keras fit, cpu', unit: 's', aimRatio: 0.1, note } as const;
  return [{ ...row, what: `views 8: ${NETWORK}`, mien: inBrowser, other: wholeRun(keras) }];
}
