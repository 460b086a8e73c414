/**
 * Carries a study out that ends losing runs early. A run waits at a rung with its checkpoint; what each came to is noted
 * before the next begins, so that a killed study goes on with the same runs in the same order.
 */
import { nextJob, rungsOf, type BracketJob } from '../../src/engine/studies/bracket.ts';
import { historyLine, type HistoryLine } from '../../src/exporters/record/figures.ts';
import { countOf } from '../../src/lib/format.ts';
import { invariant } from '../../src/protocol/errors.ts';
import { studyInvalid, type PlannedRun, type Study } from '../../src/protocol/runs/study.ts';
import { lastRunOf, withHub } from '../train/access.ts';
import { writeJson } from '../train/write-run.ts';
import { carryOutRun, UNTESTED, type Carrying } from './carry-out.ts';
import type { RungDone } from './folder.ts';

type Asha = Extract<Study['search'], { kind: 'asha' }>;
type Chosen = NonNullable<Study['choose']>;

/** @returns what it took, in a sentence @throws StudioError `recipe/study-invalid`, what a run throws, as `bracketOf` */
export async function carryOutBracket(
  runs: readonly PlannedRun[],
  { choose = 'valLoss' }: Study,
  search: Asha,
  carrying: Carrying,
): Promise<string> {
  const { folder } = carrying;
  const rungs = bracketOf(runs, search);
  const most = rungs.at(-1) ?? 0;
  const names = runs.map(({ name }) => name);
  let done = await folder.rungs();
  for (;;) {
    const job = nextJob(names, done, search.eta, rungs.length);
    if (job === null) break;
    const run = runs.find(({ name }) => name === job.name);
    invariant(run !== undefined, 'a job is of a run of the study');
    done = [...done, await carriedTo(job, run, { rungs, choose }, carrying)];
    await folder.putRungs(done);
  }
  for (const run of runs) await endEarly(run, done, carrying);
  const taken = names.reduce((sum, name) => sum + (lastOf(done, name)?.history.length ?? 0), 0);
  return `${countOf(taken, 'epoch')} of the ${(most * runs.length).toString()} that a grid of these runs would take.`;
}

interface Standing {
  /** Epochs at each. */
  readonly rungs: readonly number[];
  readonly choose: Chosen;
}

async function carriedTo(
  { name, rung }: BracketJob,
  run: PlannedRun,
  { rungs, choose }: Standing,
  carrying: Carrying,
): Promise<RungDone> {
  const epochs = rungs[rung] ?? 0;
  // One that came to its end, by early stopping or just before the study was killed, has nothing to go on with.
  if ((await carrying.folder.done(name)) !== null) {
    const whole = ((await carrying.folder.json(name, 'history.json')) ?? []) as readonly HistoryLine[];
    return { name, rung, loss: lossOf(whole, choose), history: whole, frozenPictures: 0 };
  }
  const isLast = rung === rungs.length - 1;
  const { kind, history, frozenPictures } = await carryOutRun(run, carrying, isLast ? null : epochs);
  const some = (kind === 'waiting' ? history.slice(0, epochs) : history).map(historyLine);
  return { name, rung, loss: kind === 'failed' ? null : lossOf(some, choose), history: some, frozenPictures };
}

/** The best so far, by what is chosen by; lower is better. */
function lossOf(history: readonly HistoryLine[], choose: Chosen): number | null {
  const losses = history.map(({ valLoss, valAccuracy }) =>
    choose === 'valLoss' ? valLoss : valAccuracy === null ? null : -valAccuracy,
  );
  return losses.reduce((best, loss) => (best === null || (loss !== null && loss < best) ? loss : best), null);
}

const lastOf = (done: readonly RungDone[], name: string): RungDone | undefined =>
  done.findLast((each) => each.name === name);

/** Writes what a run that waits came to, and forgets its checkpoint: it does not go on any more. */
async function endEarly(run: PlannedRun, done: readonly RungDone[], carrying: Carrying): Promise<void> {
  const { folder, session, hub } = carrying;
  const last = lastOf(done, run.name);
  if (last === undefined || (await folder.done(run.name)) !== null) return;
  const frozenPictures = done.reduce(
    (sum, each) => sum + (each.name === run.name ? each.frozenPictures : 0),
    0,
  );
  const best = last.history.toSorted((a, b) => (a.valLoss ?? Infinity) - (b.valLoss ?? Infinity))[0];
  const figures = { split: 'validation', loss: best?.valLoss ?? null, accuracy: best?.valAccuracy ?? null };
  await folder.put(run.name, { frozenPictures, failure: null, endedEarly: true }, async (path) => {
    await writeJson(path, 'history.json', last.history);
    await writeJson(path, 'validation.json', figures);
    await writeJson(path, 'evaluation.json', { note: `${UNTESTED} It was ended early.`, ...figures });
  });
  const left = await lastRunOf(withHub(run.recipe, hub), session.platform);
  if (left !== undefined) await session.runsLeft(left.runId);
}

/** Epochs at each rung, up to those of a whole run. @throws StudioError `recipe/study-invalid`, before anything runs */
export const bracketOf = (runs: readonly PlannedRun[], { eta, least }: Asha): readonly number[] =>
  rungsOf(eta, least, epochsOf(runs));

/** Of a whole run, which all of them have alike. @throws StudioError `recipe/study-invalid` */
function epochsOf(runs: readonly PlannedRun[]): number {
  const all = new Set(runs.map(({ recipe }) => recipe.phases.reduce((sum, { epochs }) => sum + epochs, 0)));
  const [most = 0] = all;
  if (runs.some(({ recipe }) => recipe.split.validation === 0))
    throw studyInvalid('asha goes by validation pictures, of which a split of its keeps none');
  if (all.size === 1) return most;
  throw studyInvalid(
    `asha compares runs after as many epochs, so all have to have as many; they have ${[...all].sort((a, b) => a - b).join(', ')}`,
  );
}
