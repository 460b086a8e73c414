/** Where things lie: the strip and its cut, the epoch axis, the marks of a scale, the cells of a matrix. */
import { describe, expect, it } from 'vitest';
import { niceScale } from '../../../src/lib/figures/scale.ts';
import { axisTicks, epochAxis, epochTicks, placeOfEpoch } from '../../../src/charts/curves/epoch-axis.ts';
import { placeOfRate, rateTicks, sweepScale } from '../../../src/charts/rate-sweep.tsx';
import { recordOf } from '../../../src/store/state.ts';
import { countParameters } from '../../../src/ui/model/cost.ts';
import {
  cutHeight,
  layoutStrip,
  unfreezeAfterKey,
  unfreezeAt,
} from '../../../src/ui/model/strip-geometry.ts';
import {
  picturesInCell,
  shortLabels,
  worstConfusion,
  worstPairs,
} from '../../../src/charts/confusions/confusions.ts';
import { dataset, epochOf, evaluation, model, phaseEvent, recipe, running } from '../store/samples.ts';

describe('the strip', () => {
  const layout = layoutStrip(model);

  it('lays blocks one under another, narrower as maps shrink', () => {
    const [one, two] = layout.blocks;
    expect(two?.y).toBeGreaterThan((one?.y ?? 0) + (one?.height ?? 0));
    expect(two?.width).toBeLessThan(one?.width ?? 0);
    expect(two?.height).toBeGreaterThan(one?.height ?? 0);
  });

  it('finds the layer under a height again', () => {
    for (let unfreeze = 0; unfreeze <= 4; unfreeze++) {
      expect(unfreezeAt(layout, model, cutHeight(layout, 4, unfreeze))).toBe(unfreeze);
    }
  });

  it('cuts below everything when the head alone trains', () => {
    expect(cutHeight(layout, 4, 0)).toBeGreaterThan(layout.blocks.at(-1)?.y ?? Infinity);
  });

  it('moves by a layer, by a block, and to both ends', () => {
    const path = ['PageUp', 'ArrowUp', 'PageUp', 'ArrowDown', 'PageDown', 'End', 'Home', 'Tab'];
    let unfreeze = 1;
    const went = path.map((key) => (unfreeze = unfreezeAfterKey(key, unfreeze, model) ?? unfreeze));
    expect(went).toEqual([2, 3, 4, 3, 2, 0, 4, 4]);
  });

  it.each([4, 5])('never offers a cut that the network does not have: %i', (count) => {
    const limited = { ...model, cuts: model.cuts.slice(0, count) };
    const reached = ['ArrowUp', 'ArrowRight', 'PageUp', 'Home', 'ArrowDown', 'PageDown', 'End'].flatMap(
      (key) => limited.cuts.map(({ unfreeze }) => unfreezeAfterKey(key, unfreeze, limited) ?? NaN),
    );
    for (let y = -10; y < layout.height + 10; y++) reached.push(unfreezeAt(layout, limited, y));
    expect(Math.max(...reached)).toBe(count - 1);
    expect(Math.min(...reached)).toBe(0);
  });

  it('counts what trains behind the cut, and the head', () => {
    expect(countParameters(model, 0)).toEqual({ trains: 6, all: 46 });
    expect(countParameters(model, 2)).toEqual({ trains: 22, all: 46 });
  });
});

describe('the epoch axis', () => {
  it('has the planned epochs, and the real ones of a phase that has ended', () => {
    expect(epochAxis(recipe, null).slots).toBe(24);
    const ended = running([
      phaseEvent,
      { kind: 'epoch', record: epochOf(0, 1, 1), isBest: true },
      { kind: 'phaseEnd', phaseIndex: 0, stoppedEarly: true, bestEpoch: 1, keptEpoch: 1, evaluation },
    ]);
    const axis = epochAxis(recipe, recordOf(ended.run));
    expect(axis.slots).toBe(13);
    expect(placeOfEpoch(axis, 1, 1)).toBeCloseTo(1.5 / 13);
  });

  it('counts anew in each phase', () => {
    const texts = axisTicks(epochAxis(recipe, null), 8).map((tick) => tick.text);
    expect(texts).toEqual(['1', '5', '10', '1', '5', '10']);
  });

  it('names few of many epochs', () => {
    expect(epochTicks(50, 85, 8)).toEqual([1, 20, 40]);
    expect(epochTicks(2, 4, 8)).toEqual([1, 2]);
  });
});

describe('the axes of learning rates', () => {
  const points = (losses: readonly number[]) =>
    losses.map((loss) => ({ learningRate: 0.1, loss, smoothedLoss: loss }));

  it('give every factor of ten the same room, and name every other power', () => {
    for (const [rate, at] of [
      // The middles of a hundred slots: a rate that was tried lies where its point is drawn.
      [1e-7, 0.005],
      [1e-3, 0.5],
      [10, 0.995],
    ] as const) {
      expect(placeOfRate(rate, 100)).toBeCloseTo(at, 9);
    }
    expect(placeOfRate(1e-2, 9)).toBeCloseTo(5.5 / 9, 9);
    expect(rateTicks(100).map(({ text }) => text)).toEqual(['0.0000001', '0.00001', '0.001', '0.1', '10']);
  });

  it('hold the fall and cut off what shoots up', () => {
    const [low, high] = sweepScale(points([2, 1.1, 9])).domain;
    expect(low).toBeLessThanOrEqual(1.1);
    expect(high).toBeGreaterThanOrEqual(2);
    expect(high).toBeLessThan(4);
  });

  it('do not make a flat line look like learning', () => {
    const [low, high] = sweepScale(points([2.08, 2.07, 2.09])).domain;
    expect(high - low).toBeGreaterThanOrEqual(0.5);
  });
});

describe('a scale', () => {
  it('is round and holds its values', () => {
    expect(niceScale([0.93, 2.17], 4).ticks.map((tick) => tick.toFixed(1))).toEqual([
      '0.5',
      '1.0',
      '1.5',
      '2.0',
      '2.5',
    ]);
    expect(niceScale([], 4).domain).toEqual([0, 1]);
    expect(niceScale([2, 2], 4).domain[0]).toBeLessThanOrEqual(2);
    expect(niceScale([Number.NaN, 1, 2], 4).domain).toEqual([1, 2]);
  });
});

describe('a matrix', () => {
  it('knows its worst cell, and its pictures, surest first', () => {
    expect(worstConfusion(evaluation)).toMatchObject({ truth: 1, predicted: 0 });
    const pictures = picturesInCell(evaluation, dataset.labelOfRow, { truth: 1, predicted: 0 });
    expect(pictures.map(({ row }) => row)).toEqual([5]);
    expect(pictures[0]?.ofPredicted).toBeCloseTo(0.7);
    expect(pictures[0]?.ofTruth).toBeCloseTo(0.3);
  });

  it('lists confused pairs, most pictures first', () => {
    const confusionMatrix = [
      [5, 1, 0],
      [3, 1, 0],
      [0, 2, 2],
    ];
    expect(worstPairs({ ...evaluation, confusionMatrix }, 2)).toEqual([
      { truth: 1, predicted: 0, count: 3, share: 0.75 },
      { truth: 2, predicted: 1, count: 2, share: 0.5 },
    ]);
  });

  it('has no worst cell when all is right', () => {
    expect(
      worstConfusion({
        ...evaluation,
        confusionMatrix: [
          [1, 0],
          [0, 1],
        ],
      }),
    ).toBeNull();
  });

  it('cuts names only as far as they stay apart', () => {
    expect(shortLabels(['surprise', 'sad', 'surprised'])).toEqual(['surprise', 'sad', 'surprised']);
    expect(shortLabels(['anger', 'angst', 'fear'])).toEqual(['ange', 'angs', 'fea']);
  });
});
