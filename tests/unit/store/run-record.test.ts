/** Time left: only from what was measured, and for no more than it was measured on. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/protocol/events.ts';
import { recordOf } from '../../../src/store/state.ts';
import { timeLeft } from '../../../src/store/run-record.ts';
import { epochOf, evaluation, phaseEvent, running, stepEvent, tuneEvent } from './samples.ts';

function leftAfter(events: readonly RunEvent[]) {
  const record = recordOf(running(events).run);
  return record === null ? null : timeLeft(record);
}

const reading = (done: number): RunEvent => ({
  kind: 'progress',
  stage: 'dataset',
  label: 'Reading',
  done,
  total: 100,
  unit: 'pictures',
});

describe('time left', () => {
  it('is unknown before anything was measured', () => {
    expect(leftAfter([])).toBeNull();
    expect(leftAfter([reading(0)])).toBeNull();
    expect(leftAfter([phaseEvent, stepEvent(1)])).toBeNull();
  });

  it('of a stage goes by its own speed', () => {
    expect(leftAfter([reading(0), reading(20)])).toEqual({ seconds: 4, of: 'stage' });
  });

  it('leaves pauses out', () => {
    const pause: RunEvent[] = [
      { kind: 'state', state: 'paused' },
      { kind: 'state', state: 'running' },
    ];
    // Events are a second apart: two of reading, and one of a pause.
    expect(leftAfter([reading(0), reading(20), ...pause])).toEqual({ seconds: 4, of: 'stage' });
    expect(leftAfter([reading(0), ...pause, reading(20)])?.seconds).toBe(8);
  });

  it('of the first epoch goes by its steps', () => {
    const left = leftAfter([phaseEvent, stepEvent(2)]);
    expect(left?.of).toBe('phase');
    expect(left?.seconds).toBeCloseTo(0.4 * 11.5);
  });

  it('goes by the latest epochs, and is for the whole run in the last phase only', () => {
    const head: RunEvent[] = [
      phaseEvent,
      { kind: 'epoch', record: epochOf(0, 1, 1, { seconds: 3 }), isBest: true },
    ];
    expect(leftAfter(head)).toEqual({ seconds: 33, of: 'phase' });
    const tune = leftAfter([
      ...head,
      { kind: 'phaseEnd', phaseIndex: 0, stoppedEarly: true, bestEpoch: 1, keptEpoch: 1, evaluation },
      tuneEvent,
      { kind: 'epoch', record: epochOf(1, 1, 1, { seconds: 5 }), isBest: true },
    ]);
    expect(tune).toEqual({ seconds: 55, of: 'run' });
  });
});
