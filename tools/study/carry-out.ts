/** Carries the runs of a study out, one after another in one session, so that what they share is opened and computed once. */
import type { Session } from '../../src/engine/session.ts';
import { RunControl } from '../../src/training/control.ts';
import type { PlannedRun } from '../../src/protocol/runs/study.ts';
import type { EpochRecord, Evaluation, RunEvent } from '../../src/protocol/events.ts';
import { isAbort, StudioError } from '../../src/protocol/errors.ts';
import { FrozenCount } from '../../src/protocol/runs/queue.ts';
import { lastRunOf, withHub } from '../train/access.ts';
import type { Reporter } from '../train/report.ts';
import { writeJson, writeRun } from '../train/write-run.ts';
import type { StudyFolder } from './folder.ts';

export interface Carrying {
  readonly session: Session;
  readonly folder: StudyFolder;
  readonly reporter: Reporter;
  readonly hub: string | null;
  /** Whether each run is asked about its test pictures. */
  readonly isTested: boolean;
}

/** How far a run came: to its end, to the epoch at which it was to wait, or to the loss of its numbers. */
export interface Carried {
  readonly kind: 'whole' | 'waiting' | 'failed';
  readonly history: readonly EpochRecord[];
  readonly frozenPictures: number;
}

/**
 * Carries one out and writes it; a run whose numbers are lost is written with the reason, and the study goes on.
 *
 * @param waitAfter epochs after which it is left as it stands, with its checkpoint; null carries it to its end
 */
export async function carryOutRun(
  run: PlannedRun,
  carrying: Carrying,
  waitAfter: number | null = null,
): Promise<Carried> {
  const { session, folder, reporter, hub, isTested } = carrying;
  const recipe = withHub(run.recipe, hub);
  const left = await lastRunOf(recipe, session.platform);
  const frozen = new FrozenCount();
  const control = new RunControl();
  let history: EpochRecord[] = [];
  const emit = (event: RunEvent): void => {
    reporter.event(event);
    frozen.hear(event);
    if (event.kind === 'resumed') history = [...event.history];
    if (event.kind === 'epoch') history.push(event.record);
  };
  const resume = left?.failure === null ? { resume: left.runId } : {};
  try {
    const wait = waitAfter === null ? {} : { waitAfter };
    const result = await session.train(recipe, { control, emit, isTested, ...resume, ...wait });
    const { summary } = session.set.dataset;
    const { ended } = await session.kept.record(result.runId);
    await folder.put(run.name, { frozenPictures: frozen.pictures, failure: null }, async (path) => {
      await writeRun(
        { outFolder: path, exportFormats: [], doubtful: false },
        { session, result, dataset: summary },
        reporter,
      );
      const validation = ended.at(-1)?.end.evaluation;
      if (validation != null) await writeJson(path, 'validation.json', figuresOf(validation));
      if (!isTested && validation != null)
        await writeJson(path, 'evaluation.json', { note: UNTESTED, ...figuresOf(validation) });
    });
    // What is in its folder need not be kept a second time.
    await session.kept.change({ runId: result.runId, do: 'discard' });
    return { kind: 'whole', history, frozenPictures: frozen.pictures };
  } catch (error) {
    if (isAbort(error) && waitAfter !== null)
      return { kind: 'waiting', history, frozenPictures: frozen.pictures };
    if (!(error instanceof StudioError) || !error.code.startsWith('train/not-finite')) throw error;
    await folder.put(run.name, { frozenPictures: frozen.pictures, failure: error.message }, () =>
      Promise.resolve(),
    );
    return { kind: 'failed', history, frozenPictures: frozen.pictures };
  }
}

export const UNTESTED =
  'Figures of the validation pictures: this run was not chosen, or not yet, and was not asked about test pictures.';

function figuresOf({
  split,
  labels,
  loss,
  accuracy,
  macroF1,
  interval,
  confusionMatrix,
  perClass,
}: Evaluation) {
  return { split, labels, loss, accuracy, macroF1, interval, confusionMatrix, perClass };
}
