/**
 * Owns which runs may answer together: those of the same pictures and classes, tested on the same pictures, of which none
 * has learnt from what the others are tested on; and what is kept of those that do.
 */
import type { Compared } from '../../lib/figures/mcnemar.ts';
import { countOf } from '../../lib/format.ts';
import { isSame } from '../../lib/json.ts';
import { StudioError } from '../errors.ts';
import type { DatasetSummary, SplitName } from '../set/dataset.ts';

/** How networks' answers become one: all alike, or by weights that are fitted on the validation pictures. */
export type Weighing = 'mean' | 'fitted';

/** A run whose network answers in an ensemble. */
export interface EnsembleMember {
  readonly runId: string;
  readonly name: string;
  /** 0 to 1; those of all members add up to 1. */
  readonly weight: number;
  /** Alone, on the same test pictures. */
  readonly testAccuracy: number;
  readonly testLoss: number;
}

/** How an ensemble answers, and what that gains; the content of `ensemble.json`. */
export interface Ensemble {
  readonly weights: Weighing;
  /** Whether each picture is asked about as it is and mirrored, and the mean of both taken. */
  readonly flip: boolean;
  readonly members: readonly EnsembleMember[];
  /** On the test pictures, together against the best of them alone. */
  readonly againstBestAlone: Compared;
}

/** What must be known of a run whose network is to answer with others. */
interface Trained {
  readonly result: { readonly runId: string };
  readonly dataset: DatasetSummary | null;
  readonly ensemble?: Ensemble;
}

/**
 * @returns the set as the first was trained on it, whose test and validation pictures are those of all
 * @throws StudioError `data/ensemble-…`, before any of them is asked
 */
export function checkMembers(records: readonly Trained[], weighing: Weighing): DatasetSummary {
  const nested = records.find(({ ensemble }) => ensemble !== undefined);
  if (nested !== undefined) throw refused('nested', `run ${nested.result.runId} is several networks already`);
  const sets = records.map(({ dataset, result }) => dataset ?? unknownSet(result.runId));
  const [first] = sets;
  if (first === undefined || sets.length < 2) throw tooFew(sets.length);
  for (const [index, set] of sets.entries()) {
    if (set.contentHash !== first.contentHash || !isSame(set.labels, first.labels))
      throw refused(
        'other-set',
        `run ${idOf(records, index)} was trained on other pictures, or other labels`,
      );
  }
  checkLeaks(records, sets, 'test');
  if (weighing === 'fitted') checkLeaks(records, sets, 'validation');
  if (first.split.test.length === 0) throw refused('other-test', 'their split keeps no pictures for a test');
  if (weighing === 'fitted' && first.split.validation.length === 0)
    throw refused('other-test', 'their split keeps no validation pictures, on which weights are fitted');
  return first;
}

const idOf = (records: readonly Trained[], index: number): string => records[index]?.result.runId ?? '';

/** None may have learnt from another's part, and all must have the same part. */
function checkLeaks(records: readonly Trained[], sets: readonly DatasetSummary[], part: SplitName): void {
  for (const [learner, { split }] of sets.entries()) {
    const learnt = new Set(split.train);
    for (const [asked, other] of sets.entries()) {
      const count = other.split[part].filter((row) => learnt.has(row)).length;
      if (count === 0) continue;
      const what = `run ${idOf(records, learner)} was trained on ${countOf(count, `${part} picture`)} of run ${idOf(records, asked)}`;
      throw refused('leak', what);
    }
  }
  const sorted = sets.map(({ split }) => split[part].toSorted());
  const odd = sorted.findIndex((rows) => !isSame(Array.from(rows), Array.from(sorted[0] ?? [])));
  if (odd > 0) throw refused('other-test', `run ${idOf(records, odd)} has other ${part} pictures`);
}

function unknownSet(runId: string): never {
  throw refused('other-set', `of run ${runId} nobody knows which pictures it was trained on`);
}

function tooFew(runs: number): StudioError {
  return refused('too-few', `there ${runs === 1 ? 'is one run' : 'are none'}; two are the fewest`);
}

function refused(what: 'other-set' | 'other-test' | 'leak' | 'too-few' | 'nested', why: string): StudioError {
  return new StudioError({
    code: `data/ensemble-${what}`,
    message: `Runs were expected that can answer together: of the same set and split, so that none has learnt what the others are tested on; ${why}.`,
    hint: 'Take runs of one study that does not vary the split, or train them anew with one split.seed.',
  });
}
