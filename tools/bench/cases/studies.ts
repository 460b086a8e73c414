/** What a study shares: Table 1 against single runs, a sweep of one field against the same runs apart, ASHA against the grid. */
import { readFile } from 'node:fs/promises';
import type { Study } from '../../../src/protocol/runs/study.ts';
import { parseJson } from '../../../src/lib/json.ts';
import type { Bench, Row, Settings } from '../bench.ts';
import { apart, studyCost, type StudyCost } from '../runs/studies.ts';

export const studies: Bench = {
  name: 'studies',
  help: 'Table 1 against single runs, a sweep of 12 with and without sharing, ASHA against grid (about 5 minutes)',
  async run(settings) {
    // The first run of a process is slower than all others.
    await studyCost(one('grid', { seed: [1] }), small);
    return [...(await table1(settings)), ...(await sweep(settings)), ...(await asha(settings))];
  },
};

const one = (kind: 'grid', vary: Study['vary']): Omit<Study, 'base' | 'name'> => ({
  vary,
  search: { kind },
});

/** Small: what is compared is the same work, done together and apart. */
const small = {
  dataset: { source: 'sample', pictures: 160 },
  image: { size: 32 },
  augmentation: { views: 1 },
  backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'random' },
  phases: [
    { name: 'head', epochs: 2, learningRate: 0.001 },
    { name: 'fineTune', epochs: 1, learningRate: 0.00001 },
  ],
  earlyStopping: null,
};

/** The fields that the study which ships with Mien varies. */
async function table1({ quick, say }: Settings): Promise<Row[]> {
  const { vary } = parseJson(await readFile('public/studies/table-1.json', 'utf8')) as Pick<Study, 'vary'>;
  const lists = vary as Readonly<Record<string, readonly unknown[]>>;
  const some = (path: string, count: number): unknown[] => (lists[path] ?? []).slice(0, count);
  const networks = some('backbone.name', quick ? 1 : 3).map((name) =>
    name === small.backbone.name
      ? { 'backbone.name': name }
      : { 'backbone.name': name, 'backbone.weights': 'random' },
  );
  const seeds = some('seed', quick ? 2 : 3);
  const all = networks.flatMap((network) => seeds.map((seed) => ({ ...network, seed })));
  const together = await studyCost(one('grid', all), small);
  say(`Table 1: ${inWords(together)}`);
  const single = await apart(
    one(
      'grid',
      networks.map((network) => ({ ...network, seed: seeds[0] })),
    ),
    small,
  );
  say(`single runs: ${inWords(single)}`);
  return [
    {
      what: `Table 1: ${together.runs.toString()} runs, each network with ${seeds.length.toString()} seeds`,
      against: `${single.runs.toString()} single runs, one of each network`,
      unit: 's',
      mien: together.seconds,
      other: single.seconds,
      note: `160 drawn faces at 32, random weights, 2 + 1 epochs. With nothing shared the ratio would be ${seeds.length.toString()}; another seed has other views, so that the set alone is shared.`,
    },
  ];
}

async function sweep({ quick, say }: Settings): Promise<Row[]> {
  const rates = Array.from({ length: quick ? 3 : 12 }, (_, index) => index / 20);
  const vary = { 'head.dropout': rates };
  const base = {
    ...small,
    dataset: { source: 'sample', pictures: quick ? 160 : 480 },
    image: { size: 96 },
    backbone: { ...small.backbone, weights: 'starter' },
    phases: [{ name: 'head', epochs: 5, learningRate: 0.001 }],
  };
  const shared = await studyCost(one('grid', vary), base);
  say(`sweep, shared: ${inWords(shared)}`);
  const alone = await apart(one('grid', vary), base);
  say(`sweep, apart: ${inWords(alone)}`);
  const what = `${rates.length.toString()} dropout rates, MobileNetV2 0.35 at 96, head alone`;
  const against = 'the same runs, nothing shared';
  return [
    { what, against, unit: 's', mien: shared.seconds, other: alone.seconds },
    {
      what: 'pictures whose frozen part was computed for them',
      against,
      unit: '',
      mien: shared.frozenPictures,
      other: alone.frozenPictures,
    },
  ];
}

async function asha({ quick, say }: Settings): Promise<Row[]> {
  const count = quick ? 4 : 12;
  // From far too low to far too high.
  const rates = Array.from({ length: count }, (_, index) =>
    Number((10 ** (-6 + (4.5 * index) / (count - 1))).toPrecision(3)),
  );
  const vary = { 'phases.1.learningRate': rates };
  const base = {
    ...small,
    dataset: { source: 'sample', pictures: quick ? 80 : 240 },
    image: { size: 48 },
    backbone: { ...small.backbone, weights: 'starter' },
    phases: [
      { name: 'head', epochs: 1, learningRate: 0.001 },
      { name: 'fineTune', epochs: quick ? 5 : 17, learningRate: 0.00001 },
    ],
  };
  const grid = await studyCost({ ...one('grid', vary), choose: 'valLoss' }, base);
  say(`grid: ${inWords(grid)}`);
  const search = { kind: 'asha', seed: 42, eta: 3, least: 2 } as const;
  const early = await studyCost({ vary, search, choose: 'valLoss' }, base);
  say(`ASHA: ${inWords(early)}`);
  const what = `ASHA, ${count.toString()} rates of the fine-tuning, 240 pictures at 48`;
  const against = 'the grid of the same';
  return [
    { what, against, unit: 's', mien: early.seconds, other: grid.seconds },
    { what: 'epochs of it', against, unit: '', mien: early.epochs, other: grid.epochs },
    {
      what: 'validation loss of its best run',
      against,
      unit: '',
      mien: early.leastValLoss,
      other: grid.leastValLoss,
      aimDistance: 0.02,
      note: 'Losing runs end after 2 and 6 of 18 epochs; the best of three go on.',
    },
  ];
}

const inWords = ({ seconds, runs, epochs, frozenPictures }: StudyCost): string =>
  `${seconds.toFixed(1)} s for ${runs.toString()} runs, ${epochs.toString()} epochs, ${frozenPictures.toString()} pictures through the frozen part`;
