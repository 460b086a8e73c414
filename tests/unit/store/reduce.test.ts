/** The reducer: every way from one run state to another, and what each event leaves behind. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/protocol/events.ts';
import type { KeptRecord } from '../../../src/protocol/runs/kept.ts';
import type { WireError } from '../../../src/protocol/errors.ts';
import { reduce } from '../../../src/store/reduce/reduce.ts';
import { keptOf } from '../../../src/store/run-record.ts';
import { recordOf } from '../../../src/store/state.ts';
import {
  after,
  dataset,
  epochOf,
  evaluation,
  keptRun,
  phaseEvent,
  readyState,
  recipe,
  result,
  running,
  stepEvent,
} from './samples.ts';

const error: WireError = { code: 'train/diverged', message: 'm', hint: 'h', retryable: false, cause: null };
const state = (asked: 'running' | 'pausing' | 'paused' | 'stopping'): RunEvent => ({
  kind: 'state',
  state: asked,
});

describe('a run', () => {
  it('prepares until its first phase', () => {
    expect(running([]).run.kind).toBe('preparing');
    expect(running([phaseEvent]).run.kind).toBe('running');
  });

  it('says at once that it heard a pause or a stop', () => {
    const pausing = reduce(running([phaseEvent]), { kind: 'controlAsked', action: 'pause' });
    expect(pausing.run.kind).toBe('pausing');
    const stopping = reduce(pausing, { kind: 'controlAsked', action: 'stop' });
    expect(stopping.run.kind).toBe('stopping');
    expect(reduce(stopping, { kind: 'controlAsked', action: 'pause' }).run.kind).toBe('stopping');
  });

  it('pauses, resumes and stops when the engine says so', () => {
    expect(running([phaseEvent, state('paused')]).run.kind).toBe('paused');
    expect(running([phaseEvent, state('paused'), state('running')]).run.kind).toBe('running');
    expect(running([state('paused'), state('running')]).run.kind).toBe('preparing');
    expect(running([phaseEvent, state('stopping')]).run.kind).toBe('stopping');
  });

  it('stays paused when a phase begins meanwhile', () => {
    expect(running([state('paused'), phaseEvent]).run.kind).toBe('paused');
  });

  it('keeps epochs, the best of them, and forgets the live step at their end', () => {
    const done = running([
      phaseEvent,
      stepEvent(4),
      { kind: 'epoch', record: epochOf(0, 1, 2), isBest: true },
      { kind: 'epoch', record: epochOf(0, 2, 3), isBest: false },
    ]);
    const record = recordOf(done.run);
    expect(record?.history).toHaveLength(2);
    expect(record?.live).toBeNull();
    expect(record?.phases[0]?.bestEpoch).toBe(1);
  });

  it('keeps what a phase ends with', () => {
    const ended = running([
      phaseEvent,
      { kind: 'phaseEnd', phaseIndex: 0, stoppedEarly: true, bestEpoch: 3, keptEpoch: 3, evaluation },
    ]);
    expect(recordOf(ended.run)?.phases[0]).toMatchObject({ bestEpoch: 3, end: { stoppedEarly: true } });
  });

  it('knows that the device is away until training goes on', () => {
    const lost = running([phaseEvent, { kind: 'deviceLost', reason: 'driver reset' }]);
    expect(recordOf(lost.run)?.lost).toBe('driver reset');
    const back = reduce(lost, { kind: 'run', event: stepEvent(1), atMs: 5000 });
    expect(recordOf(back.run)?.lost).toBeNull();
  });

  it('finishes with its result and its seconds, as its record has them', () => {
    const timed = { ...result, secondsByStage: { weights: 1, head: 3 } };
    const finished = reduce(running([phaseEvent]), { kind: 'trained', result: timed });
    expect(finished.run).toMatchObject({ kind: 'finished', seconds: 4 });
  });

  it('is shown again as it ended, whatever was shown since', () => {
    const numbers = { phaseIndex: 0, stoppedEarly: false, bestEpoch: 1, keptEpoch: 1 };
    const headEnd = { kind: 'phaseEnd', ...numbers, evaluation } as const;
    const events: RunEvent[] = [
      phaseEvent,
      { kind: 'epoch', record: epochOf(0, 1, 2), isBest: true },
      headEnd,
    ];
    const ended = reduce(running(events), { kind: 'trained', result });
    const record = recordOf(ended.run);
    const history = record?.history ?? [];
    const kept: KeptRecord = {
      result: { ...result, history },
      ended: [{ start: phaseEvent, end: headEnd }],
      dataset,
    };
    const reopened = reduce(readyState, { kind: 'reopened', run: keptRun, record: kept });
    expect(reopened.run).toMatchObject({ kind: 'finished', keptAtMs: keptRun.finishedAtMs, seconds: 60 });
    expect(recordOf(reopened.run)).toMatchObject({
      phases: record?.phases,
      history,
      test: result.test,
      dataset,
    });
    // One that goes on is not taken from under its feet.
    expect(reduce(running([]), { kind: 'reopened', run: keptRun, record: kept }).run.kind).toBe('preparing');
  });

  it('fails with what it had', () => {
    const failed = after(running([phaseEvent, { kind: 'epoch', record: epochOf(0, 1, 2), isBest: true }]), [
      { kind: 'trainFailed', error },
    ]);
    expect(failed.run).toMatchObject({ kind: 'failed', error });
    expect(recordOf(failed.run)?.history).toHaveLength(1);
  });

  it('is idle again when cancelled, and hears nothing when none is under way', () => {
    expect(reduce(running([phaseEvent]), { kind: 'trainCancelled', before: { kind: 'idle' } }).run.kind).toBe(
      'idle',
    );
    expect(reduce(readyState, { kind: 'run', event: phaseEvent, atMs: 1 }).run.kind).toBe('idle');
  });

  it('shows the set, network and device that it took', () => {
    const other = { ...dataset, noun: 'birds' };
    expect(running([{ kind: 'dataset', dataset: other }]).dataset.value?.noun).toBe('birds');
  });
});

describe('a stage', () => {
  const progress = (label: string, done: number): RunEvent => ({
    kind: 'progress',
    stage: 'pictures',
    label,
    done,
    total: 100,
    unit: 'pictures',
  });

  it('keeps its clock while it goes on and starts anew with another', () => {
    const first = recordOf(running([progress('Reading', 10), progress('Reading', 50)]).run)?.progress;
    expect(first).toMatchObject({ startedAtMs: 1000, doneAtStart: 10, done: 50, atMs: 2000 });
    const second = recordOf(running([progress('Reading', 10), progress('Computing', 0)]).run)?.progress;
    expect(second).toMatchObject({ startedAtMs: 2000, doneAtStart: 0 });
  });

  it('ends with the first step', () => {
    expect(recordOf(running([phaseEvent, progress('Reading', 10), stepEvent(1)]).run)?.progress).toBeNull();
  });
});

describe('the network of another phase', () => {
  const taken = {
    ...result,
    test: { ...evaluation, accuracy: 0.9 },
    kept: { phaseIndex: 0, why: 'chosen' },
  } as const;

  it('takes the place of the last one’s in the run', () => {
    const finished = reduce(running([phaseEvent]), { kind: 'trained', result });
    const now = reduce(finished, { kind: 'otherPhaseTaken', result: taken });
    expect(recordOf(now.run)).toMatchObject({ test: { accuracy: 0.9 }, kept: { why: 'chosen' } });
    // Not in those of another run, which was begun meanwhile.
    const other = reduce(finished, { kind: 'otherPhaseTaken', result: { ...taken, runId: 'two' } });
    expect(other).toBe(finished);
  });

  it('is the one whose epoch is kept', () => {
    const epochs = [0, 1].map((phaseIndex): RunEvent => ({
      ...{ kind: 'epoch', isBest: true },
      record: epochOf(phaseIndex, 1, 1 + phaseIndex),
    }));
    const [head, tuned] = epochs as [RunEvent, RunEvent];
    const events = [phaseEvent, head, { ...phaseEvent, phaseIndex: 1 } as RunEvent, tuned];
    const kept = (more: readonly RunEvent[]) => keptOf(recordOf(running([...events, ...more]).run)!);
    expect(kept([])?.phaseIndex).toBe(1);
    expect(kept([{ kind: 'phaseKept', phaseIndex: 0, keptEpoch: 1 }])?.phaseIndex).toBe(0);
  });
});

describe('what was asked for', () => {
  it('keeps the last answer while the next is on its way', () => {
    const asked = reduce(readyState, { kind: 'asked', what: 'dataset', isEdited: false });
    expect(asked.dataset).toMatchObject({ status: 'loading', value: dataset });
    expect(reduce(asked, { kind: 'askDropped', what: 'dataset' }).dataset.status).toBe('ready');
  });

  it('says why it failed', () => {
    const failed = reduce(readyState, { kind: 'askFailed', what: 'model', error });
    expect(failed.model).toEqual({ status: 'failed', value: null, error });
  });

  it('exports one format at a time', () => {
    const asked = reduce(readyState, { kind: 'exportAsked', format: 'tfjs', runId: 'a' });
    expect(asked.exporting).toEqual({ format: 'tfjs', runId: 'a' });
    expect(reduce(asked, { kind: 'exportFailed', runId: 'a', error })).toMatchObject({
      exporting: null,
      exportFailure: { runId: 'a', error },
    });
    expect(reduce(asked, { kind: 'exported' })).toMatchObject({ exporting: null, exportFailure: null });
  });

  it('never changes the state it was given', () => {
    const frozen = Object.freeze({ ...readyState });
    expect(reduce(frozen, { kind: 'trainAsked', recipe, atMs: 0 })).not.toBe(frozen);
  });
});
