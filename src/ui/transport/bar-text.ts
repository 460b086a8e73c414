/** What the transport bar says in each state of the run: a title, then details; and what is read aloud of it. */
import {
  capitalised,
  countOf,
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatMoment,
  formatPercent,
  lowerFirst,
} from '../../lib/format.ts';
import { queuePlace, queueSecondsLeft } from '../../store/queue/queue-time.ts';
import { awaitedOf } from '../../store/awaited.ts';
import {
  isActive,
  type RunRecord,
  type RunState,
  type StageProgress,
  type StudioState,
} from '../../store/state.ts';
import { keptOf, phaseLabels, stageTimeLeft, timeLeft } from '../../store/run-record.ts';

/** The bar's words. */
export interface BarText {
  readonly title: string;
  readonly isTrouble: boolean;
  /** For example `step 104 of 177`; empty when there is none. */
  readonly step: string;
  /** For example `3:36 left at most`. */
  readonly left: string;
  /** What a wide bar has room for besides. */
  readonly detail: string;
  /** The way to the results, of a run that has some; empty where there is none. */
  readonly result: string;
  /** Read aloud when it changes: phases and epochs with what they came to, not steps. */
  readonly announcement: string;
}

const none = { isTrouble: false, step: '', left: '', detail: '', result: '' } as const;

export function barText(state: StudioState): BarText {
  const place = queuePlace(state);
  if (place === null) return runText(state);
  const own = runText(state);
  const seconds = queueSecondsLeft(state);
  const left = seconds === null ? own.left : `${formatClock(seconds)} left for all`;
  return {
    ...own,
    title: `Run ${place.run} of ${place.of}: ${lowerFirst(own.title)}`,
    announcement: `Run ${place.run} of ${place.of}: ${lowerFirst(own.announcement)}`,
    left,
  };
}

function runText(state: StudioState): BarText {
  const { run } = state;
  switch (run.kind) {
    case 'idle':
      return idleText(state);
    case 'preparing':
    case 'running':
      return activeText(run.run);
    case 'pausing':
    case 'paused':
    case 'stopping':
      return heldText(run.kind, run.run);
    case 'finished':
      return finishedText(run);
    case 'failed':
      return failedText(run);
    default:
      return run satisfies never;
  }
}

/** Where a run is, as `Fine-tune 12 of 35`. */
export function placeOf(run: RunRecord): string {
  const phase = run.phases.at(-1);
  if (phase === undefined) return 'Preparing';
  const done = run.history.filter((epoch) => epoch.phaseIndex === phase.phaseIndex).length;
  const epoch = phase.end === null ? Math.min(phase.epochs, done + 1) : done;
  return `${phaseLabels[phase.phase]} ${epoch} of ${phase.epochs}`;
}

/** What the tab says of the run, so that it can be followed from another; null where there is nothing to say. */
export function tabText(state: StudioState): string | null {
  const { run } = state;
  const place = queuePlace(state);
  // Between two runs of the queue the one before has ended, and the queue has not.
  if (place !== null) {
    const at = `Run ${place.run} of ${place.of}`;
    return isActive(run) ? `${at}: ${lowerFirst(placeOf(run.run))}` : at;
  }
  if (run.kind === 'idle') return null;
  if (run.kind === 'finished') return 'Finished';
  return run.kind === 'failed' ? 'Stopped' : placeOf(run.run);
}

function idleText(state: StudioState): BarText {
  if (state.engine === 'failed') return said({ title: 'Not started', isTrouble: true });
  if (state.engine === 'starting') return said({ title: 'Starting' });
  const { pictures, weights, remote } = awaitedOf(state);
  if (remote !== null) return said({ title: 'Waiting for your word' });
  if (pictures !== null) return said({ title: `Waiting for ${pictures.name}` });
  if (weights !== null) return said({ title: `Waiting for ${weights}` });
  // A set that cannot be opened leaves the one before it open, and that can be trained on.
  const hasPictures = state.dataset.value !== null;
  if (state.dataset.status === 'failed' && !hasPictures)
    return said({ title: 'No pictures', isTrouble: true });
  if (state.model.status === 'failed' || state.device.status === 'failed') {
    return said({ title: 'Not ready', isTrouble: true });
  }
  if (state.opening !== null) return stageText(state.opening);
  if (state.device.value === null) return said({ title: 'Starting' });
  if (!hasPictures || state.dataset.status === 'loading') return said({ title: 'Opening pictures' });
  const epochs = state.recipe?.phases.reduce((sum, phase) => sum + phase.epochs, 0) ?? 0;
  return said({ title: 'Ready', detail: epochs === 0 ? '' : `${countOf(epochs, 'epoch')} at most` });
}

/** What a run says that goes on. */
export function activeText(run: RunRecord): BarText {
  if (run.lost !== null) {
    return said({ title: 'The GPU went away, getting it back', isTrouble: true, detail: run.lost });
  }
  if (run.progress !== null) return stageText(run.progress);
  if (run.phases.length === 0) return said({ title: 'Preparing' });
  const place = placeOf(run);
  const announcement = `${place}${phaseCameTo(run)}`;
  if (run.live === null) return { ...said({ title: place }), announcement, left: leftText(run) };
  const { step, steps, stepMs } = run.live;
  return {
    announcement,
    ...{ ...none, title: place, detail: `${stepMs < 10 ? stepMs.toFixed(1) : Math.round(stepMs)} ms a step` },
    step: `${formatCount(step)} of ${formatCount(steps)}`,
    left: leftText(run),
  };
}

function leftText(run: RunRecord): string {
  const left = timeLeft(run);
  if (left === null) return '';
  const mayEndSooner = run.recipe.earlyStopping?.patience !== undefined ? ' at most' : '';
  return `${formatClock(left.seconds)} left${left.of === 'phase' ? ' in this phase' : mayEndSooner}`;
}

function stageText(progress: StageProgress): BarText {
  const { done, total } = progress;
  const amount = progress.unit === 'bytes' ? formatBytes : formatCount;
  const seconds = stageTimeLeft(progress);
  const unit = progress.unit === 'bytes' ? '' : ` ${progress.unit}`;
  const detail =
    total === null
      ? done > 0
        ? `${amount(done)}${unit}`
        : ''
      : `${amount(done)} of ${amount(total)}${unit}`;
  return {
    ...said({ title: progress.label, detail }),
    left: seconds === null ? '' : `${formatClock(seconds)} left`,
  };
}

function heldText(kind: 'pausing' | 'paused' | 'stopping', run: RunRecord): BarText {
  const place = placeOf(run);
  const step = run.live === null ? '' : `${formatCount(run.live.step)} of ${formatCount(run.live.steps)}`;
  const detail = kind === 'paused' || run.live === null ? '' : 'ends the step under way first';
  return { ...said({ title: `${capitalised(kind)}, ${lowerFirst(place)}`, detail }), step };
}

function finishedText(run: Extract<RunState, { kind: 'finished' }>): BarText {
  const ended = run.result.stopped ? 'Stopped' : 'Finished';
  const title = run.keptAtMs === null ? ended : `${ended} on ${formatMoment(run.keptAtMs)}`;
  const epochs = run.run.phases.map((phase) => {
    const done = run.run.history.filter((epoch) => epoch.phaseIndex === phase.phaseIndex).length;
    return `${lowerFirst(phaseLabels[phase.phase])} ${done === phase.epochs ? done : `${done} of ${phase.epochs}`}`;
  });
  const unit = epochs.at(-1)?.endsWith(' 1') === true ? 'epoch' : 'epochs';
  const detail = epochs.length === 0 ? 'before the first epoch' : `${epochs.join(', ')} ${unit}`;
  const result = resultOf(run.run);
  const announcement = result === null ? title : `${title}: ${result.aloud}`;
  return {
    ...said({ title, detail }),
    announcement,
    left: formatDuration(run.seconds),
    result: result?.short ?? '',
  };
}

/** What a run came to, for the bar and read aloud; null where nothing says how good it is. */
function resultOf({
  test,
  history,
  ...run
}: RunRecord): { readonly short: string; readonly aloud: string } | null {
  const kept = keptOf({ ...run, test, history });
  const of = test === null ? 'validation' : 'test';
  const accuracy = test?.accuracy ?? kept?.valAccuracy ?? null;
  if (accuracy === null) return null;
  const share = formatPercent(accuracy);
  return { short: `${share} right`, aloud: `${share} of the ${of} pictures are right` };
}

/** How the phase before ended, while the one at hand has no epoch yet. */
function phaseCameTo(run: RunRecord): string {
  const [now, before] = [run.phases.at(-1), run.phases.at(-2)];
  const ended = now?.end ?? (run.history.at(-1)?.phaseIndex === now?.phaseIndex ? null : before?.end);
  const phase = now?.end == null ? before : now;
  if (ended?.evaluation == null || phase === undefined) return '';
  return `. ${phaseLabels[phase.phase]} ended: ${formatPercent(ended.evaluation.accuracy)} of the validation pictures are right`;
}

function failedText({ run }: Extract<RunState, { kind: 'failed' }>): BarText {
  const doing = run.progress === null ? placeOf(run) : run.progress.label;
  return said({ title: `Stopped: ${lowerFirst(doing)}`, isTrouble: true });
}

function said(text: { title: string; isTrouble?: boolean; detail?: string }): BarText {
  return { ...none, ...text, announcement: text.title };
}
