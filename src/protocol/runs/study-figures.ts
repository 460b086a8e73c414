/**
 * What is known of a study's runs, and what is made of it, for page and command alike: which of them is chosen, a table
 * with a line a run, and where runs are repeats with other seeds, the mean of each combination with its interval.
 */
import { isSame, sameText } from '../../lib/json.ts';
import { csvOf, markdownOf, type Table } from '../../lib/table.ts';
import { FOLD, variedFields, type PlannedRun, type Study } from './study.ts';

/** What is known of a run that was carried out; shares 0 to 1. */
export interface RunFigures {
  readonly run: PlannedRun;
  readonly epochs: number;
  readonly valLoss: number | null;
  readonly valAccuracy: number | null;
  readonly test: {
    readonly accuracy: number;
    readonly loss: number;
    readonly macroF1: number;
    readonly interval: readonly [number, number];
  } | null;
  readonly seconds: number;
  readonly isChosen: boolean;
  readonly failure: string | null;
  /** Whether it was ended early, as others were better. */
  readonly endedEarly: boolean;
}

/** Fields that make repeats of a run: other numbers by lot, or another fold. */
const SEEDS = new Set(['seed', 'split.seed', FOLD]);

const figure = (value: number | null | undefined, digits = 4): string => value?.toFixed(digits) ?? '';
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'number' in value && 'of' in value)
    return `${String(value.number)} of ${String(value.of)}`;
  return JSON.stringify(value);
}

function runsTable(figures: readonly RunFigures[], fields: readonly string[]): Table {
  const hasEnded = figures.some(({ endedEarly }) => endedEarly);
  const hasChoice = figures.some(({ isChosen }) => isChosen);
  const head = [
    ...[
      'run',
      ...fields,
      'epochs',
      'validation loss',
      'validation accuracy',
      'test accuracy',
      'test 95 % from',
      'test 95 % to',
    ],
    ...[
      'test loss',
      'macro F1',
      'seconds',
      ...(hasChoice ? ['chosen'] : []),
      ...(hasEnded ? ['ended early'] : []),
      'failure',
    ],
  ];
  const rows = figures.map(
    ({ run, epochs, valLoss, valAccuracy, test, seconds, isChosen, endedEarly, failure }) => [
      ...[
        run.name,
        ...fields.map((path) => textOf(run.values[path] ?? '')),
        epochs.toString(),
        figure(valLoss),
        figure(valAccuracy),
      ],
      ...[
        figure(test?.accuracy),
        figure(test?.interval[0]),
        figure(test?.interval[1]),
        figure(test?.loss),
        figure(test?.macroF1),
      ],
      ...[
        figure(seconds, 1),
        ...(hasChoice ? [isChosen ? 'yes' : ''] : []),
        ...(hasEnded ? [endedEarly ? 'yes' : ''] : []),
        failure ?? '',
      ],
    ],
  );
  return { head, rows };
}

/** Null where no run repeats another with another seed. */
export function repeatsTable(figures: readonly RunFigures[], fields: readonly string[]): Table | null {
  const others = fields.filter((path) => !SEEDS.has(path));
  if (others.length === fields.length) return null;
  const groups: RunFigures[][] = [];
  for (const each of figures) {
    const key = (one: RunFigures): unknown => others.map((path) => one.run.values[path] ?? null);
    const group = groups.find(([first]) => first !== undefined && isSame(key(first), key(each)));
    if (group === undefined) groups.push([each]);
    else group.push(each);
  }
  const head = [...others, 'repeats', 'mean test accuracy', '95 % from', '95 % to', 'mean test loss'];
  const rows = groups.map((group) => {
    const tested = group.flatMap(({ test }) => (test === null ? [] : [test]));
    const { mean, low, high } = meanInterval(tested.map(({ accuracy }) => accuracy));
    const values = others.map((path) => textOf(group[0]?.run.values[path] ?? ''));
    const loss = meanInterval(tested.map((one) => one.loss)).mean;
    return [...values, tested.length.toString(), figure(mean), figure(low), figure(high), figure(loss)];
  });
  return { head, rows };
}

/** 97.5 % quantiles of Student's t by degrees of freedom, from 1, by SciPy. */
const T_QUANTILES = [
  ...[12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814],
  ...[2.20099, 2.17881, 2.16037, 2.14479, 2.13145, 2.11991, 2.10982, 2.10092, 2.09302, 2.08596],
];
const NORMAL_QUANTILE = 1.95996;

/** The mean of repeats with its 95 % interval by Student's t; no interval of one alone. */
export function meanInterval(values: readonly number[]): {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
} {
  const n = values.length;
  if (n === 0) return { mean: null, low: null, high: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, low: null, high: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = (T_QUANTILES[n - 2] ?? NORMAL_QUANTILE) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half };
}

/** The best, or for each value of a field the best; none where every run is asked anyway. */
export function chosenOf(
  figures: readonly RunFigures[],
  { choose, chooseFor }: Study,
): readonly RunFigures[] {
  if (choose === undefined) return [];
  const best = new Map<string, RunFigures>();
  const scoreOf = ({ valLoss, valAccuracy }: RunFigures): number =>
    choose === 'valLoss' ? -(valLoss ?? Infinity) : (valAccuracy ?? -Infinity);
  for (const each of figures.filter(({ failure, endedEarly }) => failure === null && !endedEarly)) {
    const key = sameText(chooseFor === undefined ? null : each.run.values[chooseFor]);
    const before = best.get(key);
    if (before === undefined || scoreOf(each) > scoreOf(before)) best.set(key, each);
  }
  return [...best.values()];
}

/** The tables of a study, and both as files. */
export interface StudyTables {
  readonly runs: Table;
  /** Null where no run repeats another. */
  readonly repeats: Table | null;
  /** Who was asked about test pictures. */
  readonly about: string;
  readonly csv: string;
  readonly markdown: string;
}

/** @param figures of the runs that were carried out, those that are chosen marked */
export function studyTables(study: Study, figures: readonly RunFigures[]): StudyTables {
  const fields = variedFields(study);
  const runs = runsTable(figures, fields);
  const repeats = repeatsTable(figures, fields);
  const about = aboutText(study, figures);
  const means = repeats === null ? '' : `\n## Means of repeats\n\n${markdownOf(repeats)}`;
  const markdown = `# ${study.name}\n\n${about}\n\n${markdownOf(runs)}${means}`;
  return { runs, repeats, about, csv: csvOf(runs), markdown };
}

function aboutText({ choose, chooseFor }: Study, figures: readonly RunFigures[]): string {
  if (choose === undefined) return 'Every run was asked about its test pictures.';
  const asked = figures.filter(({ test }) => test !== null).length;
  const by = choose === 'valLoss' ? 'validation loss' : 'validation accuracy';
  const each = chooseFor === undefined ? '' : ` for each ${chooseFor}`;
  return `Chosen by ${by}${each}; ${asked.toString()} asked about test pictures, the others' figures are of validation pictures.`;
}
