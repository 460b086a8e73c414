/**
 * Carries a study out that ends losing runs early. A run waits at a rung with its checkpoint; what each came to is noted
 * before the next begins, so that a killed study goes on with the same runs in the same order.
 */
import { bestLoss, bracketOf, nextJob, type Asha, type BracketJob } from '../../src/protocol/runs/bracket.ts';
import { historyLine, type HistoryLine } from '../../src/exporters/record/figures.ts';
import { countOf } from '../../src/lib/format.ts';
import { invariant } from '../../src/protocol/errors.ts';
import type { PlannedRun, Study } from '../../src/protocol/runs/study.ts';
import { lastRunOf, withHub } from '../train/access.ts';
import { writeJson } from '../train/write-run.ts';
import { carryOutRun, UNTESTED, type Carrying } from './carry-out.ts';
import type { RungDone } from './folder.ts';

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
    return { name, rung, loss: bestLoss(whole, choose), history: whole, frozenPictures: 0 };
  }
  const isLast = rung === rungs.length - 1;
  const { kind, history, frozenPictures } = await carryOutRun(run, carrying, isLast ? null : epochs);
  const some = (kind === 'waiting' ? history.slice(0, epochs) : history).map(historyLine);
  return {
    name,
    rung,
    loss: kind === 'failed' ? null : bestLoss(some, choose),
    history: some,
    frozenPictures,
  };
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
