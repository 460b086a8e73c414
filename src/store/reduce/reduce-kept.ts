/** What is kept on this machine, as the page knows it: edits of the set, runs, which can be taken home, and the queue. */
import type { WireError } from '../../protocol/errors.ts';
import { secondsOf, type KeptRecord, type KeptRun, type KeptRuns } from '../../protocol/runs/kept.ts';
import { keptRecord } from './reduce-run.ts';
import { isActive, type QueueState, type RunState, type StudioState } from '../state.ts';

export type KeptEvent =
  | { readonly kind: 'edited'; readonly said: string }
  | { readonly kind: 'editFailed'; readonly error: WireError }
  | ({ readonly kind: 'keptListed' } & Pick<KeptRuns, 'runs' | 'room'>)
  | { readonly kind: 'keptFailed'; readonly error: WireError }
  | { readonly kind: 'reopened'; readonly run: KeptRun; readonly record: KeptRecord }
  | { readonly kind: 'queue'; readonly queue: Partial<QueueState> }
  | { readonly kind: 'unreadable'; readonly trouble: WireError }
  | { readonly kind: 'exportAsked'; readonly format: string; readonly runId: string }
  | { readonly kind: 'exported' }
  | { readonly kind: 'exportFailed'; readonly runId: string; readonly error: WireError };

const KINDS: ReadonlySet<string> = new Set<KeptEvent['kind']>([
  'edited',
  'editFailed',
  'keptListed',
  'keptFailed',
  'reopened',
  'queue',
  'unreadable',
  'exportAsked',
  'exported',
  'exportFailed',
]);

export function isKept(event: { readonly kind: string }): event is KeptEvent {
  return KINDS.has(event.kind);
}

export function reduceKept(state: StudioState, event: KeptEvent): StudioState {
  switch (event.kind) {
    case 'edited':
      return { ...state, edited: { said: event.said, error: null } };
    case 'editFailed':
      return { ...state, edited: { said: '', error: event.error } };
    case 'keptListed':
      return { ...state, kept: event.runs, room: event.room, keptFailure: null };
    case 'keptFailed':
      return { ...state, keptFailure: event.error };
    case 'reopened':
      return isActive(state.run) ? state : { ...state, keptFailure: null, run: reopened(event) };
    case 'queue':
      return { ...state, queue: { ...state.queue, ...event.queue } };
    case 'unreadable': {
      const others = state.unreadable.filter(({ message }) => message !== event.trouble.message);
      return { ...state, unreadable: [...others, event.trouble] };
    }
    case 'exportAsked':
      return { ...state, exporting: { format: event.format, runId: event.runId }, exportFailure: null };
    case 'exported':
      return { ...state, exporting: null, exportFailure: null };
    case 'exportFailed':
      return { ...state, exporting: null, exportFailure: { runId: event.runId, error: event.error } };
    default:
      return event satisfies never;
  }
}

/** A run as it was when it ended. */
function reopened({ run, record }: Extract<KeptEvent, { kind: 'reopened' }>): RunState {
  const { result } = record;
  const seconds = run.seconds ?? secondsOf(result);
  return {
    kind: 'finished',
    run: keptRecord(record, run.finishedAtMs),
    result,
    seconds,
    keptAtMs: run.finishedAtMs,
  };
}
