/** What one answer, one heat map and one map of covered places take, by network, size and device; and finding faces. */
import { asRun } from '../../../src/engine/catalog.ts';
import { buildNetwork } from '../../../src/engine/network/network.ts';
import { Classifier } from '../../../src/engine/predict/classifier.ts';
import { occludeRow } from '../../../src/engine/predict/covering.ts';
import { FACE_INPUT, FaceNetwork } from '../../../src/models/faces/network.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import { parseRecipe, type WrittenRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { median, type Bench, type Row } from '../bench.ts';
import { offerGpu } from '../gpu.ts';
import { startSession } from '../runs/mien-run.ts';

/** Places a side of a map, as the page asks for. */
const PLACES = 14;
const LABELS = Array.from({ length: 8 }, (_, index) => index.toString());

const NETWORKS: readonly (readonly [
  size: number,
  backbone: WrittenRecipe['backbone'],
  aimMs: number | null,
])[] = [
  [96, { name: 'mobilenetv2', alpha: 0.35, weights: 'random' }, 1000],
  [224, { name: 'mobilenetv2', alpha: 1, weights: 'random' }, 1000],
  [224, { name: 'efficientnetb2', weights: 'random' }, 1000],
  [224, { name: 'vgg16', weights: 'random' }, null],
];

export const predict: Bench = {
  name: 'predict',
  help: 'ms of an answer, a heat map, a map of covered places and a face found, on wasm and WebGPU (4 minutes)',
  async run({ quick, say }) {
    const adapter = await offerGpu();
    const rows: Row[] = [];
    for (const backend of ['wasm', 'webgpu'] as const) {
      const { platform } = await startSession(backend);
      say(backend === 'wasm' ? backend : `${backend}: ${adapter}`);
      for (const network of NETWORKS.slice(0, quick ? 1 : ASKED[backend])) {
        rows.push(...(await timesOf(network, backend, platform)));
        say(`${network[1].name} at ${network[0].toString()} pixels`);
      }
      rows.push(await faceTime(backend, platform));
    }
    return rows;
  },
};

/** How many of the networks: a software adapter takes minutes for the large ones. */
const ASKED = { wasm: NETWORKS.length, webgpu: 2 } as const;

async function faceTime(backend: string, platform: Platform): Promise<Row> {
  const network = await FaceNetwork.open(platform);
  const picture = Uint8Array.from({ length: FACE_INPUT ** 2 * 3 }, (_, at) => (at * 37) % 256);
  const foundMs = await timed(() => network.find(picture));
  network.dispose();
  return { what: `finding faces on ${backend}`, against: 'a second', unit: 'ms', mien: foundMs, other: 1000 };
}

async function timesOf(
  [size, backbone, aimMs]: (typeof NETWORKS)[number],
  device: string,
  platform: Platform,
): Promise<Row[]> {
  const recipe = asRun(
    parseRecipe({
      dataset: { source: 'sample' },
      image: { size },
      backbone,
      phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
    }),
  );
  const { model, preprocessing } = await buildNetwork(recipe, LABELS.length, platform, {});
  const classifier = new Classifier({ model, labels: LABELS, preprocessing, recipe, lastPhase: 0 });
  model.dispose();
  const { signal } = new AbortController();
  const picture = Uint8Array.from({ length: size * size * 3 }, (_, at) => (at * 37) % 256);
  const answerMs = await timed(() => classifier.probabilities(picture, signal));
  const mapMs = await timed(() => classifier.explained(picture, signal));
  const rowMs = await timed(() =>
    occludeRow(classifier, picture, { places: PLACES, row: 3, side: 0.26 }, signal),
  );
  classifier.dispose();
  const what = `${backbone.name}${backbone['alpha'] === undefined ? '' : ` ${String(backbone['alpha'])}`} at ${size.toString()} px on ${device}`;
  // A software adapter is no device that anybody trains on.
  const aim = aimMs === null || device !== 'wasm' ? {} : { aimFigure: aimMs };
  const single = { unit: 'ms', against: 'one answer', other: answerMs } as const;
  return [
    { ...single, what: `${what}: one answer`, mien: answerMs, ...aim },
    { ...single, what: `${what}: Grad-CAM of every class`, mien: mapMs, ...aim },
    {
      what: `${what}: map of ${(PLACES ** 2).toString()} covered places`,
      against: 'as many answers',
      unit: 's',
      mien: (rowMs * PLACES) / 1000,
      other: (answerMs * PLACES ** 2) / 1000,
      note: 'One row of the map was timed.',
    },
  ];
}

/** The middle of five, after one that folds weights together. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const startedMs = performance.now();
    await work();
    times.push(performance.now() - startedMs);
  }
  return median(times);
}
