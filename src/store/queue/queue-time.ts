/** How far the queue is, and how long all of it still takes: by the runs of it that were measured. */
import { waitingOf, type QueuedStudy } from '../../protocol/runs/queue.ts';
import type { PlannedRun } from '../../protocol/runs/study.ts';
import { timeLeft } from '../run-record.ts';
import { isActive, type StudioState } from '../state.ts';

/** Which run of how many is at hand, from 1. */
export interface QueuePlace {
  readonly run: number;
  readonly of: number;
}

/** Null while the queue does nothing. */
export function queuePlace({ queue }: Pick<StudioState, 'queue'>): QueuePlace | null {
  if (queue.doing === 'nothing') return null;
  const of = queue.studies.reduce((sum, { runs }) => sum + runs.length, 0);
  const waiting = queue.studies.reduce((sum, study) => sum + waitingOf(study).length, 0);
  return { run: Math.min(of, of - waiting + 1), of };
}

/** Seconds at most for all that waits, the run at hand counted; null before one of each network has ended. */
export function queueSecondsLeft(state: Pick<StudioState, 'queue' | 'run'>): number | null {
  const { queue, run } = state;
  const own = isActive(run) ? timeLeft(run.run) : null;
  let left = 0;
  for (const study of queue.studies) {
    for (const waiting of waitingOf(study)) {
      const isAtHand = queue.current?.id === study.id && queue.current.name === waiting.name;
      const seconds = isAtHand && own?.of === 'run' ? own.seconds : meanSeconds(study, waiting);
      if (seconds === null) return null;
      left += seconds;
    }
  }
  return left;
}

/** Of the study's runs of the same network. */
function meanSeconds({ runs, outcomes }: QueuedStudy, { recipe }: PlannedRun): number | null {
  const measured = runs.flatMap((run) => {
    const outcome = outcomes[run.name];
    const isAlike = run.recipe.backbone.name === recipe.backbone.name;
    return isAlike && outcome?.failure === null ? [outcome.seconds] : [];
  });
  return measured.length === 0 ? null : measured.reduce((sum, one) => sum + one, 0) / measured.length;
}
