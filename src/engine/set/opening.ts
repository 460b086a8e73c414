/** What opening a set, or loading weights, says while it goes on: how far it is, what goes on beside it, what must be known. */
import type { OpenDatasetOptions } from '../../data/dataset.ts';
import type { LoadOptions } from '../../models/load-weights.ts';
import { waitingNote } from '../../platform/remote/http-retry.ts';
import type { RunEvent } from '../../protocol/events.ts';

type Progress = Extract<RunEvent, { kind: 'progress' }>;

/** Notes of downloads come with every chunk; the page need not hear of more than ten a second. */
const LEAST_MS_BETWEEN = 100;

/** Turns what is said while a set is opened into events. */
export function openingOf(
  emit: (event: RunEvent) => void,
): Required<Pick<OpenDatasetOptions, 'onProgress' | 'onNote' | 'onNotice'>> {
  let progress: Progress = {
    kind: 'progress',
    stage: 'dataset',
    label: 'Opening the set',
    done: 0,
    total: null,
    unit: 'pictures',
    note: '',
  };
  let toldAtMs = 0;
  const tell = (changed: Partial<Progress>, mustTell: boolean): void => {
    progress = { ...progress, ...changed };
    const now = performance.now();
    if (!mustTell && now - toldAtMs < LEAST_MS_BETWEEN) return;
    toldAtMs = now;
    emit(progress);
  };
  return {
    onProgress: (done, total, unit, label) => {
      tell({ done, total, unit, label }, done === total || label !== progress.label);
    },
    onNote: (note) => {
      tell({ note }, note === '');
    },
    onNotice: (notice) => {
      emit({ kind: 'notice', of: 'set', notice: notice.toWire() });
    },
  };
}

/** Turns what is said while weights are loaded into events. */
export function loadingOf(
  emit: (event: RunEvent) => void,
): Required<Pick<LoadOptions, 'onProgress' | 'onWait' | 'onNotice'>> {
  let progress: Progress = {
    kind: 'progress',
    stage: 'weights',
    label: 'Loading the backbone’s weights',
    done: 0,
    total: null,
    unit: 'bytes',
  };
  const tell = (changed: Partial<Progress>): void => {
    progress = { ...progress, ...changed };
    emit(progress);
  };
  return {
    onProgress: (done, total) => {
      tell({ done, total, note: '' });
    },
    onWait: (waiting) => {
      tell({ note: waitingNote(waiting) });
    },
    onNotice: (notice) => {
      emit({ kind: 'notice', of: 'run', notice: notice.toWire() });
    },
  };
}
