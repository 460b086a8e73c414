/** A made-up set, run and evaluation for the scripted engine: the shape of the real ones, numbers from a formula. */
import type { DatasetSummary } from '../../src/protocol/dataset.ts';
import type { DeviceReport } from '../../src/protocol/device.ts';
import type { Evaluation, RunEvent } from '../../src/protocol/events.ts';
import type { PhaseName } from '../../src/protocol/recipe.ts';

const labels = ['anger', 'content', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise'];
const PICTURES = 1200;

/** The same number from 0 to 1 for the same seed. */
function random(seed: number): number {
  const value = Math.sin(seed * 127.1 + 11.7) * 43758.5453;
  return value - Math.floor(value);
}

const rows = Array.from({ length: PICTURES }, (_, row) => row);
const part = (from: number, to: number): Uint32Array =>
  Uint32Array.from(rows.slice(from * PICTURES, to * PICTURES));

export const dataset: DatasetSummary = {
  source: 'sample',
  noun: 'faces',
  origin: 'built-in drawn faces',
  labels,
  labelOfRow: Uint16Array.from(rows, (row) => (random(row) < 0.04 ? 7 : row % labels.length)),
  split: { train: part(0, 0.6), validation: part(0.6, 0.8), test: part(0.8, 1) },
  cleaning: { rowsRead: PICTURES, withoutPicture: 0, withoutLabel: 0, undecodable: 0, kept: PICTURES },
  sizeBytes: 4_850_105,
};

export const device: DeviceReport = {
  backend: 'wasm',
  label: 'wasm · 4 threads',
  why: 'The only WebGPU adapter here is software (SwiftShader), some 90 times slower than wasm.',
  chosenBy: 'policy',
  candidates: [
    {
      backend: 'webgpu',
      available: true,
      suitable: false,
      name: 'SwiftShader',
      why: 'In software: slower than wasm.',
    },
    { backend: 'webgl', available: false, suitable: false, name: '–', why: 'There is no WebGL here.' },
    {
      backend: 'wasm',
      available: true,
      suitable: true,
      name: '4 threads',
      why: 'The fastest without a GPU.',
    },
    {
      backend: 'cpu',
      available: true,
      suitable: true,
      name: 'plain JavaScript',
      why: 'Runs anywhere, slowest of all.',
    },
  ],
};

/** What a network of some skill makes of a part of the set; 0 is guessing, 3 is nearly always right. */
export function evaluate(split: 'validation' | 'test', skill: number): Evaluation {
  const picked = dataset.split[split];
  const probabilities = [...picked].flatMap((row) => probabilitiesOf(row, skill));
  const confusionMatrix = labels.map(() => labels.map(() => 0));
  picked.forEach((row, index) => {
    const of = probabilities.slice(index * labels.length, (index + 1) * labels.length);
    const counts = confusionMatrix[dataset.labelOfRow[row] ?? 0];
    const predicted = of.indexOf(Math.max(...of));
    if (counts !== undefined) counts[predicted] = (counts[predicted] ?? 0) + 1;
  });
  const right = confusionMatrix.reduce((sum, counts, index) => sum + (counts[index] ?? 0), 0);
  const accuracy = right / picked.length;
  const perClass = labels.map((label, index) => classReport(label, index, confusionMatrix));
  return {
    split,
    loss: 1,
    accuracy,
    macroF1: perClass.reduce((sum, { f1 }) => sum + f1, 0) / labels.length,
    interval: [Math.max(0, accuracy - 0.05), Math.min(1, accuracy + 0.05)],
    labels,
    confusionMatrix,
    perClass,
    rows: picked,
    probabilities: Float32Array.from(probabilities),
  };
}

/** Each class has one that it is easily taken for. */
function probabilitiesOf(row: number, skill: number): number[] {
  const truth = dataset.labelOfRow[row] ?? 0;
  const scores = labels.map((_, label) => {
    const lean = label === truth ? skill : label === (truth + 3) % labels.length ? 0.4 : 0;
    return Math.exp(3 * random(row * 31 + label * 7.3) + lean);
  });
  const sum = scores.reduce((all, score) => all + score, 0);
  return scores.map((score) => score / sum);
}

function classReport(
  label: string,
  index: number,
  matrix: readonly (readonly number[])[],
): Evaluation['perClass'][number] {
  const hits = matrix[index]?.[index] ?? 0;
  const support = (matrix[index] ?? []).reduce((sum, count) => sum + count, 0);
  const predicted = matrix.reduce((sum, counts) => sum + (counts[index] ?? 0), 0);
  const [precision, recall] = [hits / Math.max(1, predicted), hits / Math.max(1, support)];
  return { label, precision, recall, f1: (2 * hits) / Math.max(1, predicted + support), support };
}

/** The events of a run up to an epoch of fine-tuning, with losses that fall as they do in life. */
export function runEvents(headEpochs: number, tuneEpochs: number, hasEnded: boolean): RunEvent[] {
  const head = { from: 2, to: 1.45, accuracyFrom: 0.2, accuracyTo: 0.47 };
  const tune = { from: 1.35, to: 0.85, accuracyFrom: 0.5, accuracyTo: 0.7 };
  const events: RunEvent[] = [phase(0, 'head', 5000), ...epochs(0, headEpochs, headEpochs, head)];
  if (tuneEpochs === 0) return events;
  const best = Math.max(1, tuneEpochs - 2);
  events.push(
    phaseEnd(0, false, headEpochs, 0.9),
    phase(1, 'fineTune', 302_000),
    ...epochs(1, tuneEpochs, best, tune),
  );
  if (hasEnded)
    events.push(phaseEnd(1, true, best, 1.5), { kind: 'test', evaluation: evaluate('test', 1.45) });
  return events;
}

function phase(phaseIndex: number, name: PhaseName, trainableParameters: number): RunEvent {
  return { kind: 'phase', phaseIndex, phase: name, epochs: 12, stepsPerEpoch: 23, trainableParameters };
}

function phaseEnd(phaseIndex: number, stoppedEarly: boolean, bestEpoch: number, skill: number): RunEvent {
  return { kind: 'phaseEnd', phaseIndex, stoppedEarly, bestEpoch, evaluation: evaluate('validation', skill) };
}

interface Course {
  readonly from: number;
  readonly to: number;
  readonly accuracyFrom: number;
  readonly accuracyTo: number;
}

function epochs(phaseIndex: number, count: number, best: number, course: Course): RunEvent[] {
  return Array.from({ length: count }, (_, index): RunEvent => {
    const epoch = index + 1;
    const done = 1 - Math.exp((-3 * epoch) / 12);
    const wobble = 0.02 * Math.sin(index * 2.4);
    const late = Math.max(0, epoch - best);
    const loss = course.from + (course.to - course.from) * done + wobble;
    const accuracy = course.accuracyFrom + (course.accuracyTo - course.accuracyFrom) * done - wobble;
    const record = {
      phase: phaseIndex === 0 ? ('head' as const) : ('fineTune' as const),
      phaseIndex,
      epoch,
      loss,
      accuracy,
      valLoss: loss + 0.06 + 0.05 * late,
      valAccuracy: accuracy - 0.02 - 0.01 * late,
      learningRate: phaseIndex === 0 ? 0.001 : 0.0003,
      seconds: phaseIndex === 0 ? 1.3 : 5.4,
    };
    return { kind: 'epoch', record, isBest: epoch <= best };
  });
}
