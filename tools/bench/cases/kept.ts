/** What a kept run takes, by network, and how long one of 9,400 pictures takes to open: from files, as Node keeps them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from '../../../src/engine/session.ts';
import { saveRuns } from '../../../src/engine/kept/run-file/run-file.ts';
import { evaluationOf } from '../../../src/evaluation/metrics.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { SplitName } from '../../../src/protocol/set/dataset.ts';
import type { Evaluation } from '../../../src/protocol/events.ts';
import type { KeptRecord } from '../../../src/protocol/runs/kept.ts';
import { parseRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { wasmInNode } from '../../train/backends.ts';
import { median, type Bench, type Row } from '../bench.ts';
import { openKeptInPage } from '../opening/open-kept-page.ts';
import { runRecipe } from '../runs/mien-run.ts';

const NETWORKS = ['mobilenetv2', 'efficientnetb2', 'vgg16'] as const;
const MANY = { train: 5640, validation: 1880, test: 1880 } as const;

export const kept: Bench = {
  name: 'kept',
  help: 'bytes of a kept run by network, seconds to open one of 9,400 pictures (2 minutes)',
  async run({ quick, say }) {
    const dataFolder = await mkdtemp(join(tmpdir(), 'mien-bench-kept-'));
    try {
      const platform = createPlatform({ dataFolder });
      const session = new Session(platform, wasmInNode());
      await session.chooseDevice('wasm');
      const rows: Row[] = [];
      let runId = '';
      for (const name of quick ? NETWORKS.slice(0, 1) : NETWORKS) {
        runId = (await runRecipe(session, recipeOf(name))).runId;
        rows.push(await bytesOf(session, runId, name));
        say(name);
      }
      rows.push(...(await openingOf(session, runId, dataFolder)));
      await session.close();
      return rows;
    } finally {
      await rm(dataFolder, { recursive: true });
    }
  },
};

/** As the paper opens them; the weights are as many at any size of picture. */
const recipeOf = (name: string) =>
  parseRecipe({
    dataset: { source: 'sample', pictures: 80 },
    image: { size: 32 },
    augmentation: { views: 1 },
    backbone: { name, weights: 'random' },
    phases: [
      { name: 'head', epochs: 1, learningRate: 0.001 },
      { name: 'fineTune', epochs: 1, learningRate: 0.00001 },
    ],
    earlyStopping: null,
  });

async function bytesOf(session: Session, runId: string, name: string): Promise<Row> {
  const { runs } = await session.kept.list();
  const own = runs.find((run) => run.runId === runId)?.sizeBytes ?? Number.NaN;
  const file = await saveRuns(session.kept, [runId]);
  return {
    what: `${name}: bytes of a kept run, its own`,
    against: 'its .mien.zip, with the backbone',
    unit: 'MB',
    mien: own / 1e6,
    other: file.blob.size / 1e6,
    note: 'The last layers as each network opens them by default; values that the run left as they were are kept once for all runs.',
  };
}

/** The run with the answers and rows of a large set in the place of its own. */
async function openingOf({ kept }: Session, runId: string, folder: string): Promise<Row[]> {
  const [record, network] = await Promise.all([
    kept.record(runId),
    kept.use(runId, (values) => Promise.resolve(values)),
  ]);
  const large = ofManyPictures(record);
  await kept.keep({ record: large, network: { ...network, result: large.result } });
  const timed = async (id: string): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const startedMs = performance.now();
      await kept.record(id);
      times.push(performance.now() - startedMs);
    }
    return median(times) / 1000;
  };
  const inPage = async (id: string): Promise<number> => {
    const file = join(folder, `${id}.mien.zip`);
    await writeFile(file, (await saveRuns(kept, [id])).blob.stream());
    return openKeptInPage(file, join(folder, `profile-${id}`));
  };
  const what = 'opening a kept run of 9,400 pictures, eight classes';
  const against = 'one of 80';
  return [
    {
      ...{ what, against, unit: 's' },
      mien: await timed(large.result.runId),
      other: await timed(runId),
      aimFigure: 1,
      note: 'From files in Node: all that its charts are drawn from, without the network.',
    },
    {
      ...{ what: `${what}, in the page`, against, unit: 's' },
      mien: await inPage(large.result.runId),
      other: await inPage(runId),
      note: 'In Chromium, from the store of a page that was loaded anew: from the click to the confusion matrix.',
    },
  ];
}

function ofManyPictures({ result, ended, dataset }: KeptRecord): KeptRecord {
  const labelOfRow = Uint16Array.from({ length: 9400 }, (_, row) => row % 8);
  const rowsFrom = (start: number, count: number): Uint32Array =>
    Uint32Array.from({ length: count }, (_, at) => start + at);
  const { train, validation, test } = MANY;
  const split = {
    train: rowsFrom(0, train),
    validation: rowsFrom(train, validation),
    test: rowsFrom(train + validation, test),
  };
  const many = (evaluation: Evaluation | null, part: SplitName): Evaluation | null =>
    evaluation &&
    evaluationOf({
      ...{ split: part, rows: split[part], labelOfRow, labels: evaluation.labels, loss: evaluation.loss },
      probabilities: Float32Array.from(
        { length: split[part].length * 8 },
        (_, at) => ((at * 37) % 101) / 101,
      ),
    });
  return {
    result: { ...result, runId: `${result.runId}-many`, test: many(result.test, 'test') },
    ended: ended.map(({ start, end }) => ({
      start,
      end: { ...end, evaluation: many(end.evaluation, 'validation') },
    })),
    dataset: dataset && { ...dataset, labelOfRow, split },
  };
}
