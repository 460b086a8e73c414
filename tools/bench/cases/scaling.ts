/** How the time of an epoch grows with the set, once the cache is filled. */
import type { Dataset, PictureStore } from '../../../src/data/dataset.ts';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { kernelsInUse } from '../../../src/engine/device/kernels.ts';
import { RunControl } from '../../../src/training/control.ts';
import { buildNetwork } from '../../../src/engine/network/network.ts';
import { SessionCaches } from '../../../src/frozen/session-caches.ts';
import { runRecipe } from '../../../src/engine/run/run.ts';
import type { Session } from '../../../src/engine/session.ts';
import { invariant } from '../../../src/protocol/errors.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import { median, type Bench, type Row } from '../bench.ts';
import { epochSeconds, phaseSeconds, startSession } from '../runs/mien-run.ts';
import { paperRecipe } from '../runs/paper-recipe.ts';

const SIZE = 48;
const EPOCHS = 5;

export const scaling: Bench = {
  name: 'scaling',
  help: 'seconds of an epoch at 1,000 to 8,000 pictures on wasm (3 minutes)',
  async run({ quick, say }) {
    const session = await startSession('wasm');
    const rows: Row[] = [];
    const seen: { count: number; perPicture: number[]; fill: number }[] = [];
    for (const count of quick ? [500, 1000] : [1000, 2000, 4000, 8000]) {
      const result = await trainOn(session, count);
      const times = [0, 1].map((phase) => median(epochSeconds(result, phase)));
      const steps = times.reduce((sum, seconds) => sum + seconds * EPOCHS, 0);
      const fill = phaseSeconds(result) - steps;
      say(
        `${count.toString()} pictures: ${times.map((s) => s.toFixed(2)).join(' + ')} s, filling ${fill.toFixed(1)} s`,
      );
      seen.push({
        count,
        perPicture: times.map((seconds) => (seconds / count) * 1000),
        fill: (fill / count) * 1000,
      });
    }
    const [first, ...larger] = seen;
    if (first === undefined) return rows;
    for (const { count, perPicture, fill } of larger) {
      const row = (what: string, mien: number, other: number, aim: boolean): Row => ({
        what: `${count.toString()} pictures: ${what}, per picture`,
        against: `${first.count.toString()} pictures`,
        unit: 'ms',
        mien,
        other,
        ...(aim ? { aimRatio: 1.1 } : {}),
      });
      rows.push(row('head epoch', perPicture[0] ?? 0, first.perPicture[0] ?? 0, true));
      rows.push(row('fine-tune epoch', perPicture[1] ?? 0, first.perPicture[1] ?? 0, true));
      rows.push(row('filling the cache', fill, first.fill, false));
    }
    return rows;
  },
};

async function trainOn(session: Session, count: number): Promise<RunResult> {
  const recipe = paperRecipe({ views: 1, headEpochs: EPOCHS, fineTuneEpochs: EPOCHS, size: SIZE });
  const opened = await openDataset(recipe, session.platform, { onProgress: () => undefined });
  const dataset = repeated(opened, count);
  const signal = new AbortController().signal;
  const classes = dataset.summary.labels.length;
  const network = await buildNetwork(recipe, classes, session.platform, {
    signal,
    onProgress: () => undefined,
  });
  await session.chooseDevice('wasm');
  const { device } = session;
  invariant(device !== null, 'a device was chosen');
  const control = new RunControl();
  const caches = new SessionCaches(session.platform);
  const events = runRecipe({
    recipe,
    dataset,
    network,
    device,
    ...{ simd: 'plain', kernels: kernelsInUse(), halves: false },
    control,
    caches,
    gpuKernels: null,
    checkpoints: null,
    secondsByStage: {},
  });
  let next = await events.next();
  while (next.done !== true) next = await events.next();
  await caches.clear();
  network.model.dispose();
  return next.value.result;
}

/** A set of `count` pictures: the sample's, over and over. */
function repeated(dataset: Dataset, count: number): Dataset {
  const { pictures, summary } = dataset;
  const store: PictureStore = {
    count,
    size: pictures.size,
    read: (rows, signal) =>
      pictures.read(
        Array.from(rows, (row) => row % pictures.count),
        signal,
      ),
  };
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  const [validationFrom, testFrom] = [Math.round(count * 0.6), Math.round(count * 0.8)];
  const split = {
    train: rows.subarray(0, validationFrom),
    validation: rows.subarray(validationFrom, testFrom),
    test: rows.subarray(testFrom),
  };
  const labelOfRow = Uint16Array.from(rows, (row) => summary.labelOfRow[row % pictures.count] ?? 0);
  return { ...dataset, pictures: store, summary: { ...summary, labelOfRow, split } };
}
