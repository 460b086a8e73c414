/** Small recipes, sets, networks and runs for tests of the store and the page's words. */
import { testHash } from '../../../src/protocol/identity.ts';
import { readFileSync } from 'node:fs';
import type { Catalog, Preset } from '../../../src/protocol/catalog.ts';
import type { DatasetSummary } from '../../../src/protocol/set/dataset.ts';
import type { DeviceReport } from '../../../src/protocol/device.ts';
import type {
  EpochRecord,
  Evaluation,
  ResumableRun,
  RunEvent,
  RunResult,
} from '../../../src/protocol/events.ts';
import type { KeptRun } from '../../../src/protocol/runs/kept.ts';
import type { ModelSummary } from '../../../src/protocol/model.ts';
import { asRun, ENTRIES } from '../../../src/engine/catalog.ts';
import { parseRecipe, type Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { reduce, type StudioEvent } from '../../../src/store/reduce/reduce.ts';
import { initialState, type StudioState } from '../../../src/store/state.ts';

/** A shipped recipe by its file name. */
export function shippedRecipe(name: string): Recipe {
  const file = new URL(`../../../public/recipes/${name}.json`, import.meta.url);
  return parseRecipe(JSON.parse(readFileSync(file, 'utf8')));
}

export const recipe = shippedRecipe('quick-look');

export const presets: readonly Preset[] = ['quick-look', 'paper', 'notebook', 'fast'].map((name) => ({
  name,
  label: name,
  help: '',
  recipe: shippedRecipe(name),
}));

export const catalog: Catalog = {
  version: '0',
  ...ENTRIES,
  exporters: [],
  presets,
};

export const device: DeviceReport = {
  backend: 'wasm',
  label: 'wasm · 4 threads',
  why: 'There is no GPU here.',
  chosenBy: 'policy',
  candidates: [],
};

/** Eight pictures in two classes. */
export const dataset: DatasetSummary = {
  source: 'sample',
  noun: 'faces',
  origin: 'drawn',
  labels: ['glad', 'sad'],
  labelOfRow: Uint16Array.of(0, 1, 0, 1, 0, 1, 0, 1),
  split: { train: Uint32Array.of(0, 1, 2, 3), validation: Uint32Array.of(4, 5), test: Uint32Array.of(6, 7) },
  cleaning: {
    rowsRead: 8,
    withoutPicture: 0,
    withoutLabel: 0,
    oddLabel: 0,
    undecodable: 0,
    passedOver: [],
    inPlace: [],
    remarks: [],
    kept: 8,
  },
  contentHash: 'of eight pictures',
  setHash: 'of eight pictures and their split',
  picturesKey: 'eight pictures',
  sizeBytes: 8000,
};

/** Two blocks of two layers. */
export const model: ModelSummary = {
  backbone: 'tiny',
  label: 'Tiny',
  inputShape: [32, 32, 3],
  layers: ['a', 'b', 'c', 'd'].map((name) => ({
    name,
    className: 'Conv2D',
    shape: [8, 8, 4],
    parameters: 10,
    trainableParameters: 8,
    multiplyAdds: 100,
  })),
  blocks: [
    { name: 'one', from: 0, to: 2, shape: [16, 16, 4] },
    { name: 'two', from: 2, to: 4, shape: [8, 8, 16] },
  ],
  cuts: [4, 3, 2, 1, 0].map((first, unfreeze) => ({
    unfreeze,
    firstTrainable: 'abcd'[first] ?? 'head',
    cutOutput: { layer: 'a', shape: [16, 16, 4] },
  })),
  headParameters: 6,
  weights: {
    kind: 'random',
    origin: 'random numbers',
    sizeBytes: 0,
    hereBytes: 0,
    labels: null,
    use: null,
    problem: null,
  },
};

export const evaluation: Evaluation = {
  split: 'validation',
  loss: 0.5,
  accuracy: 0.5,
  macroF1: 0.4,
  interval: [0.1, 0.9],
  labels: ['glad', 'sad'],
  confusionMatrix: [
    [1, 0],
    [1, 0],
  ],
  perClass: [],
  rows: Uint32Array.of(4, 5),
  truths: Uint32Array.of(0, 1),
  probabilities: Float32Array.of(0.8, 0.2, 0.7, 0.3),
};

/** An epoch with the given validation loss. */
export function epochOf(
  phaseIndex: number,
  epoch: number,
  valLoss: number,
  more: Partial<EpochRecord> = {},
): EpochRecord {
  return {
    phase: phaseIndex === 0 ? 'head' : 'fineTune',
    phaseIndex,
    epoch,
    loss: valLoss,
    accuracy: 0.5,
    valLoss,
    valAccuracy: 0.5,
    learningRate: 0.001,
    seconds: 2,
    ...more,
  };
}

export const phaseEvent: Extract<RunEvent, { kind: 'phase' }> = {
  kind: 'phase',
  phaseIndex: 0,
  phase: 'head',
  epochs: 12,
  stepsPerEpoch: 4,
  trainableParameters: 6,
};

export const tuneEvent: RunEvent = { ...phaseEvent, phaseIndex: 1, phase: 'fineTune' };

/** A step of the first phase's first epoch. */
export function stepEvent(step: number, more: Partial<Extract<RunEvent, { kind: 'step' }>> = {}): RunEvent {
  return {
    kind: 'step',
    phaseIndex: 0,
    epoch: 1,
    step,
    steps: 4,
    loss: 2,
    accuracy: 0.2,
    stepMs: 100,
    ...more,
  };
}

export const result: RunResult = {
  runId: 'one',
  recipe: asRun(recipe),
  history: [],
  test: { ...evaluation, split: 'test' },
  sureness: null,
  kept: { phaseIndex: 1, why: 'last' },
  other: null,
  stopped: false,
  device,
  weights: { origin: 'random, seed 1', sizeBytes: 0, sha256: null },
  cachePrecision: 'float32',
  setHash: dataset.setHash,
  cleaning: dataset.cleaning,
  secondsByStage: {},
  versions: {},
};

/** The same run in the list of kept ones. */
export const keptRun: KeptRun = {
  ...{ runId: 'one', recipe: result.recipe, testHash: testHash(dataset), labels: dataset.labels },
  ...{ name: '', note: '', isStarred: false, isDeleted: false },
  ...{
    finishedAtMs: 1_700_000_000_000,
    stopped: false,
    phases: 2,
    sizeBytes: 100,
    isStored: true,
    seconds: 60,
    pace: null,
    parameters: 2_257_984,
  },
  test: { accuracy: evaluation.accuracy, interval: evaluation.interval, pictures: 2 },
};

/** A state that has its catalog and recipe. */
export const readyState: StudioState = after(initialState('auto'), [
  { kind: 'ready', catalog },
  { kind: 'recipeSet', recipe, preset: 'quick-look', picked: { pictures: false, weights: false } },
  { kind: 'device', device },
  { kind: 'dataset', dataset },
  { kind: 'model', model },
]);

/** The state after some events. */
export function after(state: StudioState, events: readonly StudioEvent[]): StudioState {
  return events.reduce(reduce, state);
}

/** The state of a run that has heard some events, a second apart, from second one. */
export function running(events: readonly RunEvent[]): StudioState {
  const asked = reduce(readyState, { kind: 'trainAsked', recipe, atMs: 0 });
  return after(
    asked,
    events.map((event, index) => ({ kind: 'run', event, atMs: (index + 1) * 1000 })),
  );
}

/** A run that was closed in its head phase, of a recipe that no preset has. */
export const leftRun: ResumableRun = {
  runId: 'r7',
  savedAtMs: 1_700_000_000_000,
  recipe: { ...asRun(recipe), batchSize: 16 },
  phaseIndex: 0,
  phase: 'head',
  epoch: 3,
  keptEpoch: 2,
  failure: null,
  picked: { pictures: null, weights: null },
};
