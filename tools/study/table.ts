/** The table of a study: a line a run, and where runs are repeats with other seeds, the mean of each combination with its interval. */
import { csvLine } from '../../src/lib/csv.ts';
import { isSame } from '../../src/lib/json.ts';
import { FOLD } from '../../src/protocol/runs/study.ts';
import type { PlannedRun } from '../../src/engine/studies/plan.ts';

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

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
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

export function runsTable(figures: readonly RunFigures[], fields: readonly string[]): Table {
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

export const csvOf = ({ head, rows }: Table): string => [head, ...rows].map(csvLine).join('');

export function markdownOf({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
