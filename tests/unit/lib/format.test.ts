/** How numbers are written, at the edges where a unit or a digit changes. */
import { describe, expect, it } from 'vitest';
import * as format from '../../../src/lib/format.ts';
import { wilsonInterval } from '../../../src/lib/figures/wilson.ts';

describe('amounts', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [61_400, '61.4 kB'],
    [318_000_000, '318 MB'],
    [1_400_000_000, '1.4 GB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(format.formatBytes(bytes)).toBe(text);
  });

  it.each([
    [960, '960'],
    [10_200, '10.2 k'],
    [302_000, '302 k'],
    [1_540_000, '1.54 M'],
  ])('%d is %s', (amount, text) => {
    expect(format.formatAmount(amount)).toBe(text);
  });
});

describe('times', () => {
  it.each([
    [0, '0:00'],
    [59.6, '1:00'],
    [216, '3:36'],
    [3840, '1:04:00'],
  ])('%d s on a clock is %s', (seconds, text) => {
    expect(format.formatClock(seconds)).toBe(text);
  });

  it.each([
    [9.2, '9.2 s'],
    [48, '48 s'],
    [120, '2 min'],
    [280, '4 min 40 s'],
    [7500, '2 h 5 min'],
  ])('%d s last %s', (seconds, text) => {
    expect(format.formatDuration(seconds)).toBe(text);
  });
});

describe('figures', () => {
  it('keep their sign with them', () => {
    expect(format.formatPercent(0.579)).toBe('57.9\u00a0%');
  });

  it('have no exponent and no needless zero', () => {
    expect(format.formatPlain(0.00001)).toBe('0.00001');
    expect(format.formatScore(0.5874)).toBe('.587');
    expect(format.formatScore(1)).toBe('1.000');
  });

  it('stay short when a loss explodes', () => {
    expect([1.2154, 99999, 2.7586e24, NaN].map(format.formatLoss)).toEqual([
      '1.215',
      '99999.000',
      '2.8e+24',
      'NaN',
    ]);
  });

  it('are words while they are small', () => {
    expect([0, 8, 12, 20, 21, 9400].map(format.countInWords)).toEqual([
      'no',
      'eight',
      'twelve',
      'twenty',
      '21',
      '9,400',
    ]);
    expect(format.countOf(1, 'epoch')).toBe('1 epoch');
  });
});

describe('the interval of Wilson', () => {
  it('is that of the paper’s 1,103 of 1,880', () => {
    const [low, high] = wilsonInterval(1103 / 1880, 1880);
    expect(low).toBeCloseTo(0.5643, 3);
    expect(high).toBeCloseTo(0.6087, 3);
  });

  it('stays within 0 and 1 and knows nothing of nothing', () => {
    expect(wilsonInterval(1, 10)[1]).toBeCloseTo(1);
    expect(wilsonInterval(0, 10)[0]).toBeCloseTo(0);
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});
