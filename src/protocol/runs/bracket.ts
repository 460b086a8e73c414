/**
 * Owns which run of a study goes on next where losing runs are ended early: ASHA, the asynchronous successive halving of
 * one bracket of Hyperband. All runs begin with a few epochs; of each rung the best share of `1 / eta` is promoted to the
 * next, which has `eta` times as many, as soon as it is known to be among the best of those that came so far.
 *
 * @see Li et al., A system for massively parallel hyperparameter tuning, MLSys 2020, algorithm 2
 * @see Li et al., Hyperband: a novel bandit-based approach to hyperparameter optimization, JMLR 2018
 */
import type { EpochRecord } from '../events.ts';
import { studyInvalid, type PlannedRun, type Study } from './study.ts';

/** How losing runs are ended early. */
export type Asha = Extract<Study['search'], { kind: 'asha' }>;

/** What a run came to at a rung. */
export interface RungResult {
  readonly name: string;
  /** From 0. */
  readonly rung: number;
  /** Lower is better; null for one whose numbers were lost. */
  readonly loss: number | null;
}

/** A run to be carried to a rung. */
export type BracketJob = Pick<RungResult, 'name' | 'rung'>;

/**
 * Epochs at each rung: `least`, and `eta` times as many each time; the last are all of a run.
 *
 * @throws StudioError `recipe/study-invalid`
 */
export function rungsOf(eta: number, least: number, most: number): readonly number[] {
  if (least >= most) {
    throw studyInvalid(
      `its runs have ${most.toString()} epochs, of which the first rung takes ${least.toString()}: least has to be below`,
    );
  }
  const rungs: number[] = [];
  for (let epochs = least; epochs < most; epochs *= eta) rungs.push(epochs);
  return [...rungs, most];
}

/**
 * What to do next; null where nothing is left.
 *
 * @param names of all runs, in the order in which they begin
 * @param rungs how many there are
 */
export function nextJob(
  names: readonly string[],
  results: readonly RungResult[],
  eta: number,
  rungs: number,
): BracketJob | null {
  const isAt = (name: string, rung: number): boolean =>
    results.some((result) => result.name === name && result.rung === rung);
  for (let rung = rungs - 2; rung >= 0; rung--) {
    const promoted = bestOf(results, rung, eta).find((name) => !isAt(name, rung + 1));
    if (promoted !== undefined) return { name: promoted, rung: rung + 1 };
  }
  const name = names.find((each) => !isAt(each, 0));
  return name === undefined ? null : { name, rung: 0 };
}

/** The best `1 / eta` of a rung, rounded down, the best first; of equal ones that which came first. */
function bestOf(results: readonly RungResult[], rung: number, eta: number): readonly string[] {
  const here = results.filter((result) => result.rung === rung);
  const sorted = here.toSorted((one, other) => (one.loss ?? Infinity) - (other.loss ?? Infinity));
  return sorted
    .slice(0, Math.floor(here.length / eta))
    .filter(({ loss }) => loss !== null)
    .map(({ name }) => name);
}

/**
 * Epochs at each rung, up to those of a whole run, which all runs have alike.
 *
 * @throws StudioError `recipe/study-invalid`, before anything runs
 */
export function bracketOf(runs: readonly PlannedRun[], { eta, least }: Asha): readonly number[] {
  const all = new Set(runs.map(({ recipe }) => recipe.phases.reduce((sum, { epochs }) => sum + epochs, 0)));
  const [most = 0] = all;
  if (runs.some(({ recipe }) => recipe.split.validation === 0))
    throw studyInvalid('asha goes by validation pictures, of which a split of its keeps none');
  if (all.size === 1) return rungsOf(eta, least, most);
  throw studyInvalid(
    `asha compares runs after as many epochs, so all have to have as many; they have ${[...all].sort((a, b) => a - b).join(', ')}`,
  );
}

/** The best so far, by what is chosen by; lower is better. */
export function bestLoss(
  history: readonly Pick<EpochRecord, 'valLoss' | 'valAccuracy'>[],
  choose: NonNullable<Study['choose']>,
): number | null {
  const losses = history.map(({ valLoss, valAccuracy }) =>
    choose === 'valLoss' ? valLoss : valAccuracy === null ? null : -valAccuracy,
  );
  return losses.reduce((best, loss) => (best === null || (loss !== null && loss < best) ? loss : best), null);
}
