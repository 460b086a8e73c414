/** Kept runs compared: what differs in their recipes, how they did, and whether a difference is more than chance. */
import type { Table } from '../lib/table.ts';
import { mcnemar, type Compared } from '../lib/figures/mcnemar.ts';
import { likeliestOf } from '../lib/figures/sureness.ts';
import { isSame } from '../lib/json.ts';
import type { Evaluation } from '../protocol/events.ts';
import { testHash } from '../protocol/identity.ts';
import { ANEW, areComputedAlike, computedText, isComputedAnew } from '../protocol/runs/computed.ts';
import { secondsOf, type KeptRecord } from '../protocol/runs/kept.ts';
import { publicationOf } from '../protocol/runs/published.ts';
import { fieldAt, fieldDifferences, fieldText, isOfLearning } from '../protocol/recipe/fields.ts';

/** One of those that are compared. */
export interface ComparedRun {
  /** What it is called beside the others, `A` to `D`. */
  readonly letter: string;
  readonly name: string;
  readonly record: KeptRecord;
}

/** A field in which they differ, and what stands there in each, as text. */
export interface DifferingField {
  readonly path: string;
  readonly values: readonly string[];
}

/** Only what differs. */
export function differingFields(runs: readonly ComparedRun[]): readonly DifferingField[] {
  // The recipes of an ensemble are its members', who can be compared themselves.
  const alone = runs.filter(({ record }) => record.ensemble === undefined);
  const [first, ...others] = alone.map(({ record }) => record.result.recipe);
  const paths = new Set(others.flatMap((other) => fieldDifferences(first, other).map(({ path }) => path)));
  const fields = [...paths].filter(isOfLearning).map((path) => ({
    path,
    values: runs.map(({ record: { result, ensemble } }) =>
      ensemble === undefined ? fieldText(fieldAt(result.recipe, path), '–') : BY_MEMBER,
    ),
  }));
  const who = { path: 'networks', values: runs.map(({ record }) => networksText(record)) };
  return new Set(who.values).size > 1 ? [who, ...fields] : fields;
}

const BY_MEMBER = 'by member';

function networksText({ ensemble }: KeptRecord): string {
  if (ensemble === undefined) return 'one';
  const { members, weights, flip } = ensemble;
  return `${members.length.toString()}, ${weights}${flip ? ', mirrored too' : ''}`;
}

/** Whether the results may be laid beside each other: of the same test pictures, whatever each learnt from. */
export function areOfSamePictures(runs: readonly ComparedRun[]): boolean {
  const records = runs.map(({ record }) => record);
  const areOne = (hashes: readonly string[]): boolean => new Set(hashes).size === 1;
  if (areOne(records.map(({ result }) => result.setHash))) return true;
  const sets = records.flatMap(({ dataset }) => (dataset === null ? [] : [dataset]));
  return sets.length === records.length && areOne(sets.map(testHash));
}

/** What the runs were computed on, where that is not the same throughout; null where it is. */
export function computedTexts(runs: readonly ComparedRun[]): string | null {
  const results = runs.map(({ record }) => record.result);
  if (!results.some(isComputedAnew) && areComputedAlike(results)) return null;
  const each = runs.map(
    ({ letter, record: { result } }) =>
      `${letter} on ${computedText(result)}${isComputedAnew(result) ? `: ${ANEW}` : ''}`,
  );
  return `Computed: ${each.join('; ')}. Devices round otherwise, so runs that are alike in all else may differ in their last digits, and, after many steps, in more.`;
}

/** For each picture of an evaluation whether the likeliest class is the true one; null where the true ones are not known. */
export function rightOf({ result, dataset }: KeptRecord): readonly boolean[] | null {
  const { test } = result;
  if (test === null || dataset === null) return null;
  const classes = test.labels.length;
  return Array.from(
    test.rows,
    (row, at) => likeliestOf(test.probabilities, at * classes, classes) === dataset.labelOfRow[row],
  );
}

/** Two of them on the same test pictures; null where they were asked about others, or it is not known. */
export function comparedTests(one: ComparedRun, other: ComparedRun): Compared | null {
  if (!areOfSamePictures([one, other])) return null;
  if (!isSame([...rowsOf(one)], [...rowsOf(other)])) return null;
  // Of one set: what is known of it in one run is so in the other.
  const dataset = one.record.dataset ?? other.record.dataset;
  const [first, second] = [one, other].map(({ record }) => rightOf({ ...record, dataset }));
  return first == null || second == null ? null : mcnemar(first, second);
}

const rowsOf = ({ record }: ComparedRun): Iterable<number> => record.result.test?.rows ?? [];

/** Differences as large are taken for more than chance. */
const LEVEL = 0.05;

/** Whether it could be luck, in words. */
export function luckText(one: string, other: string, { onlyFirst, onlySecond, p }: Compared): string {
  if (onlyFirst + onlySecond === 0) return `${one} and ${other} are right on the very same pictures.`;
  const counts = `${one} is right on ${onlyFirst.toString()} where ${other} is wrong, ${other} on ${onlySecond.toString()} where ${one} is wrong`;
  const better = onlyFirst > onlySecond ? one : other;
  if (p >= LEVEL)
    return `${counts}. It could be luck: were they equally good, a difference as large would come about ${oftenText(p)}.`;
  return `${counts}. It is hardly luck that ${better} is ahead: were they equally good, a difference as large would come about ${oftenText(p)}.`;
}

function oftenText(p: number): string {
  if (p > 0.995) return 'always';
  if (p >= 0.1) return `${Math.round(p * 100).toString()} times in 100`;
  const once = Math.round(Number((1 / p).toPrecision(2)));
  return once > 1e6 ? 'less than once in a million times' : `once in ${once.toLocaleString('en')} times`;
}

/** A line of the table that is taken home; what a published run does not say is empty. */
interface Line {
  readonly run: string;
  readonly isPublished: boolean;
  readonly test: Pick<Evaluation, 'accuracy' | 'loss'> | null;
  readonly interval: readonly [number, number] | null;
  readonly macroF1: number | null;
  readonly seconds: number | null;
  readonly computedOn: string;
  readonly fields: readonly string[];
}

/** All that is compared, as a table: the runs, and what was published of their set, marked as that. */
export function comparisonTable(runs: readonly ComparedRun[]): Table {
  const fields = differingFields(runs);
  const [first] = runs;
  const published = first === undefined ? null : publicationOf(first.record.result.recipe);
  const lines: Line[] = [
    ...runs.map(({ letter, name, record: { result } }, index) => ({
      ...{ run: `${letter} ${name}`, isPublished: false, test: result.test, seconds: secondsOf(result) },
      computedOn: computedText(result),
      interval: result.test?.interval ?? null,
      macroF1: result.test?.macroF1 ?? null,
      fields: fields.map(({ values }) => values[index] ?? ''),
    })),
    ...(published?.figures ?? []).map(({ label, accuracy, loss }) => ({
      ...{
        run: `${label} (published: ${published?.citation ?? ''})`,
        isPublished: true,
        test: { accuracy, loss },
      },
      ...{ interval: null, macroF1: null, seconds: null, computedOn: '', fields: fields.map(() => '') },
    })),
  ];
  const head = [
    'run',
    ...fields.map(({ path }) => path),
    'test top-1',
    '95 % from',
    '95 % to',
    'test loss',
    'macro F1',
    'seconds',
    'computed on',
  ];
  return { head, rows: lines.map(cellsOf) };
}

function cellsOf({ run, fields, test, interval, macroF1, seconds, computedOn }: Line): string[] {
  const figure = (value: number | null | undefined, digits = 4): string => value?.toFixed(digits) ?? '';
  return [
    ...[run, ...fields, figure(test?.accuracy), figure(interval?.[0]), figure(interval?.[1])],
    ...[figure(test?.loss), figure(macroF1), figure(seconds, 0), computedOn],
  ];
}
