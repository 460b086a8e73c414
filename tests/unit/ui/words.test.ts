/** The page's words: the sentence over the columns, the caption under the curves, the bar. */
import { describe, expect, it } from 'vitest';
import type { RatePoint, RunEvent } from '../../../src/protocol/events.ts';
import { newSearch, reduceSearch } from '../../../src/store/reduce/reduce-run.ts';
import { reduce } from '../../../src/store/reduce/reduce.ts';
import { recordOf, type RunState, type StudioState } from '../../../src/store/state.ts';
import { barText } from '../../../src/ui/transport/bar-text.ts';
import { idleCaption, runCaption } from '../../../src/charts/curves/caption.ts';
import { thresholdOf, thresholdText, verdictOf } from '../../../src/ui/try/words.ts';
import { rateSweep } from '../../../src/charts/rate-sweep.tsx';
import { doingText, foundText } from '../../../src/ui/training/RateDialog.tsx';
import {
  dataClause,
  modelClause,
  resultsClause,
  shareInWords,
  trainingClause,
} from '../../../src/ui/sentence.ts';
import {
  dataset,
  epochOf,
  evaluation,
  phaseEvent,
  readyState,
  recipe,
  result,
  running,
  stepEvent,
  tuneEvent,
} from '../store/samples.ts';

const epoch = (phaseIndex: number, number: number, valLoss: number, isBest = true, more = {}): RunEvent => ({
  kind: 'epoch',
  record: epochOf(phaseIndex, number, valLoss, more),
  isBest,
});

const headEnd: RunEvent = {
  kind: 'phaseEnd',
  phaseIndex: 0,
  stoppedEarly: false,
  bestEpoch: 2,
  keptEpoch: 2,
  evaluation,
};
const toTuning = [phaseEvent, epoch(0, 1, 1.84), epoch(0, 2, 1.6), headEnd, tuneEvent];

const finished = (events: readonly RunEvent[]): StudioState =>
  reduce(running(events), { kind: 'trained', result: { ...result, secondsByStage: { head: 280 } } });

describe('shares', () => {
  it.each([
    [0.579, 'about three faces in five'],
    [0.125, 'about one face in eight'],
    [0.5, 'about one face in two'],
    [0.95, 'about nineteen faces in twenty'],
    [0.99, 'nearly all faces'],
    [1, 'all faces'],
    [0.01, 'hardly any faces'],
  ])('%d is %s', (share, words) => {
    expect(shareInWords(share, 'faces')).toBe(words);
  });
});

describe('the sentence', () => {
  it('counts pictures and classes', () => {
    expect(dataClause(dataset)).toBe('8 faces in two classes,');
  });

  it('says what is open', () => {
    expect(modelClause('Tiny', 4, 2, false)).toBe('seen through Tiny, its last 2 layers open,');
    expect(modelClause('Tiny', 4, 1, false)).toBe('seen through Tiny, its last layer open,');
    expect(modelClause('Tiny', 4, 4, false)).toBe('seen through Tiny, all of it open,');
    expect(modelClause('Tiny', 4, 2, true)).toBe('seen through Tiny, frozen for now,');
    expect(modelClause('Tiny', 4, null, false)).toBe('seen through Tiny, all of it frozen,');
  });

  it('tells the training from plan to end', () => {
    const clause = (state: StudioState): string => trainingClause(recipe, state.run);
    expect(clause(readyState)).toBe(
      'to be trained for up to 12 epochs, then fine-tuned for up to 12 epochs:',
    );
    expect(clause(running([phaseEvent, epoch(0, 1, 1)]))).toBe('now trained for 2 of 12 epochs:');
    expect(clause(running(toTuning))).toBe('trained for 2 epochs, now fine-tuned for 1 of 12:');
    expect(clause(finished([...toTuning, epoch(1, 1, 1)]))).toBe(
      'trained for 2 epochs, then fine-tuned for 1:',
    );
    // The columns before speak of the network that is on the page now.
    expect(trainingClause(recipe, finished([...toTuning, epoch(1, 1, 1)]).run, 'VGG16, last 4')).toBe(
      'while the last run, VGG16, last 4, was trained for 2 epochs, then fine-tuned for 1:',
    );
  });

  it('keeps the test for the end', () => {
    expect(resultsClause(readyState.run, dataset)).toBe('and tested on 2 faces it has never seen.');
    const underWay = running([phaseEvent, epoch(0, 1, 1)]);
    expect(resultsClause(underWay.run, dataset)).toBe('right, so far, on about one face in two.');
    expect(resultsClause(finished([phaseEvent, epoch(0, 1, 1)]).run, dataset)).toBe(
      'right on about one face in two.',
    );
  });
});

describe('the caption', () => {
  const captionOf = (events: readonly RunEvent[], isOver = false): string => {
    const record = recordOf(running(events).run);
    return record === null ? '' : runCaption(record, isOver, 'faces', 8);
  };

  it('without validation speaks of training alone, and of guessing where that is better', () => {
    const blind = (number: number, loss: number): RunEvent => ({
      ...{ kind: 'epoch', isBest: false },
      record: { ...epochOf(0, number, loss), valLoss: null, valAccuracy: null },
    });
    expect(captionOf([phaseEvent, blind(1, 1.5), blind(2, 0.5)], true)).toBe(
      'Training loss went from 1.50 to 0.50. The split keeps no faces for validation: what it does on others is not known, and the last epoch is kept.',
    );
    expect(captionOf([phaseEvent, blind(1, 1.5), blind(2, 3)])).toContain(
      'A training loss of 3.00 is worse than the 2.08 of guessing',
    );
    const { run } = running([phaseEvent, blind(1, 1.5)]);
    const record = recordOf(run);
    const plain = { ...run, run: { ...record, recipe: { ...recipe, earlyStopping: null } } } as RunState;
    expect(resultsClause(plain, dataset)).toBe(
      'right, so far, on about one face in two that it has learned from.',
    );
    expect(thresholdOf(null)).toBeNull();
    expect(verdictOf(['glad', 'sad'], [0.51, 0.49], null)).toMatchObject({ word: 'glad', isUnsure: false });
    expect(thresholdText(null)).toContain('without validation pictures');
  });

  it('gives chance as the measure of what comes', () => {
    expect(idleCaption(8, 'faces')).toMatch(
      /eight classes is right on 12\.5\s% of the faces, with a loss of 2\.08/,
    );
  });

  it('says how far the loss fell and what did it', () => {
    expect(captionOf([...toTuning, epoch(1, 1, 1.21)])).toBe(
      'Validation loss fell from 1.84 to 1.21, most of it after the backbone was opened.',
    );
  });

  it('says when guessing were better, or one class is said of all, and why that is likely', () => {
    const worse = captionOf([phaseEvent, epoch(0, 1, 2), epoch(0, 2, 3.1, false, { learningRate: 10 })]);
    expect(worse).toContain('A validation loss of 3.10 is worse than the 2.08 of guessing: likely');
    expect(worse).toContain('the learning rate (10) is too high');
    const all = {
      ...evaluation,
      confusionMatrix: [
        [5, 0],
        [5, 0],
      ],
    };
    const same = captionOf([phaseEvent, epoch(0, 1, 2), epoch(0, 2, 1.9), { ...headEnd, evaluation: all }]);
    expect(same).toContain('All faces are taken for glad: likely');
    expect(captionOf([phaseEvent, epoch(0, 1, 2), epoch(0, 2, 1.9), headEnd])).not.toContain('likely');
  });

  it('does not call noise a fall', () => {
    expect(captionOf([...toTuning, epoch(1, 1, 1.75)])).toBe(
      'Validation loss fell from 1.84 to 1.60 while the head was trained; ' +
        'the phase after it made the network worse and has come down to 1.75 at best.',
    );
    expect(
      captionOf([phaseEvent, epoch(0, 1, 1.6), epoch(0, 2, 1.599), headEnd, tuneEvent, epoch(1, 1, 9)]),
    ).toContain(
      'Validation loss has hardly moved from 1.60 while the head was trained; the phase after it made the network worse',
    );
    expect(captionOf([phaseEvent, epoch(0, 1, 2.079), epoch(0, 2, 2.078)])).toBe(
      'Validation loss has hardly moved from 2.08.',
    );
  });

  it('counts the patience that is used, and says when it ended the phase', () => {
    const waiting = [phaseEvent, epoch(0, 1, 1), epoch(0, 2, 1.1, false), epoch(0, 3, 1.2, false)];
    expect(captionOf(waiting)).toMatch(/No better for 2 epochs; 5 would stop the phase\./);
    const ended: RunEvent = {
      kind: 'phaseEnd',
      phaseIndex: 0,
      stoppedEarly: true,
      bestEpoch: 1,
      keptEpoch: 1,
      evaluation,
    };
    expect(captionOf([...waiting, ended], true)).toMatch(
      /After 2 epochs without a better one it stopped and took back the weights of epoch 1\./,
    );
  });

  it('says when training runs ahead, or behind', () => {
    const ahead = captionOf([phaseEvent, epoch(0, 1, 1, true, { accuracy: 0.7, valAccuracy: 0.65 })]);
    expect(ahead).toMatch(/5 points ahead: it begins to learn these faces by heart/);
    const behind = captionOf([phaseEvent, epoch(0, 1, 1, true, { accuracy: 0.5, valAccuracy: 0.6 })]);
    expect(behind).toMatch(/Validation is 10 points ahead: training sees each face altered/);
  });
});

const datasetFailed = {
  kind: 'askFailed',
  what: 'dataset',
  error: { code: 'data/x', message: 'm', hint: 'h', retryable: false, cause: null },
} as const;

describe('the bar', () => {
  it('is ready, and says what is missing when it is not', () => {
    expect(barText(readyState)).toMatchObject({ title: 'Ready', detail: '24 epochs at most' });
    const empty = { ...readyState, dataset: { status: 'loading', value: null, error: null } } as const;
    // Not ready before there is anything to train on.
    const unasked = { ...empty, dataset: { ...empty.dataset, status: 'none' } } as const;
    for (const state of [empty, unasked]) expect(barText(state).title).toBe('Opening pictures');
    expect(barText({ ...empty, device: empty.dataset }).title).toBe('Starting');
    expect(barText(reduce(empty, datasetFailed))).toMatchObject({ title: 'No pictures', isTrouble: true });
  });

  it('stays ready when another set cannot be opened: the one before is still there', () => {
    expect(barText(reduce(readyState, datasetFailed))).toMatchObject({ title: 'Ready', isTrouble: false });
  });

  it('announces places, not steps', () => {
    const first = barText(running([phaseEvent, stepEvent(2)]));
    const second = barText(running([phaseEvent, stepEvent(3)]));
    expect([first.step, second.step]).toEqual(['2 of 4', '3 of 4']);
    expect([first.announcement, second.announcement]).toEqual(['Head 1 of 12', 'Head 1 of 12']);
  });

  it('says how long the whole run takes at most once it can', () => {
    expect(barText(running([...toTuning, epoch(1, 1, 1, true, { seconds: 19.64 })])).left).toBe(
      '3:36 left at most',
    );
  });

  it('says that it pauses, that it stopped, and for how long it ran', () => {
    const pausing = reduce(running([phaseEvent]), { kind: 'controlAsked', action: 'pause' });
    expect(barText(pausing).title).toBe('Pausing, head 1 of 12');
    expect(barText(finished(toTuning))).toMatchObject({ title: 'Finished', left: '4 min 40 s' });
    const short = finished([{ ...phaseEvent, epochs: 1 }, epoch(0, 1, 1.84)]);
    expect(barText(short).detail).toBe('head 1 epoch');
  });

  it('says that the device went away', () => {
    expect(barText(running([phaseEvent, { kind: 'deviceLost', reason: 'reset' }]))).toMatchObject({
      title: 'The GPU went away, getting it back',
      isTrouble: true,
    });
  });
});

describe('the search for a learning rate', () => {
  const point = (learningRate: number, smoothedLoss: number): RatePoint => ({
    learningRate,
    loss: smoothedLoss,
    smoothedLoss,
  });
  const points = [point(1e-7, 2.079), point(0.0123, 1.5), point(0.5, 4)];
  const rates: RunEvent = { kind: 'rates', phaseIndex: 1, points: points.slice(0, 2), steps: 100 };
  const searched = (events: readonly RunEvent[]) =>
    events.reduce((search, event) => reduceSearch(search, event, 0), newSearch(recipe, 0));

  it('says what goes on: the phases before as a run does, then the rates', () => {
    expect(doingText(searched([])).title).toBe('Preparing');
    expect(doingText(searched([phaseEvent, stepEvent(1)]))).toEqual({
      title: 'Head 1 of 12',
      detail: expect.stringMatching(/^step \d+ of \d+$/) as string,
    });
    const cache: RunEvent = {
      kind: 'progress',
      stage: 'cache',
      label: 'Computing the frozen part',
      done: 32,
      total: 720,
      unit: 'pictures',
    };
    expect(doingText(searched([phaseEvent, headEnd, rates]))).toEqual({
      title: 'Trying rates',
      detail: '2 of 100, now 0.012',
    });
    // A second view of the pictures is computed when the rates come to it.
    expect(doingText(searched([rates, cache]))).toEqual({
      title: 'Computing the frozen part',
      detail: '32 of 720 pictures',
    });
    expect(doingText(searched([rates, cache, rates])).detail).toBe('4 of 100, now 0.012');
  });

  it('says what it found, in a sentence and for those who do not see the curve', () => {
    const sweep = { phase: 'fineTune', phaseIndex: 1, points, suggested: 0.0012 } as const;
    expect(foundText(sweep)).toBe(
      'The loss is lowest at 0.012. A tenth of that is fast and still safe: 0.0012.',
    );
    expect(rateSweep.summary({ points, steps: 3, suggested: 0.0012 })).toBe(
      'Smoothed loss by learning rate, 3 rates from 0.0000001 to 0.5: from 2.079 to its lowest, 1.500, at 0.012, ' +
        'then 4.000. Suggested is 0.0012. The table below has the numbers.',
    );
    expect(foundText({ ...sweep, suggested: null })).toMatch(/so none is suggested/);
    expect(rateSweep.summary({ points: [], steps: null, suggested: null })).toBe(
      'Smoothed loss by learning rate: nothing yet.',
    );
  });
});
