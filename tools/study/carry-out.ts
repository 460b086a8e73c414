/** Carries the runs of a study out, one after another in one session, so that what they share is opened and computed once. */
import type { Session } from '../../src/engine/session.ts';
import { RunControl } from '../../src/training/control.ts';
import type { PlannedRun } from '../../src/protocol/runs/study.ts';
import type { Evaluation, RunEvent } from '../../src/protocol/events.ts';
import { StudioError } from '../../src/protocol/errors.ts';
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

/** Carries one out and writes it; a run whose numbers are lost is written with the reason, and the study goes on. */
export async function carryOutRun(run: PlannedRun, carrying: Carrying): Promise<void> {
  const { session, folder, reporter, hub, isTested } = carrying;
  const recipe = withHub(run.recipe, hub);
  const left = await lastRunOf(recipe, session.platform);
  const frozen = new FrozenCount();
  const emit = (event: RunEvent): void => {
    reporter.event(event);
    frozen.hear(event);
  };
  const resume = left?.failure === null ? { resume: left.runId } : {};
  try {
    const result = await session.train(recipe, { control: new RunControl(), emit, isTested, ...resume });
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
  } catch (error) {
    if (!(error instanceof StudioError) || !error.code.startsWith('train/not-finite')) throw error;
    await folder.put(run.name, { frozenPictures: frozen.pictures, failure: error.message }, () =>
      Promise.resolve(),
    );
  }
}

const UNTESTED =
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
