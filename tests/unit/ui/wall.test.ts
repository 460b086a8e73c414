/** The wall of pictures: which lines are drawn, and where keys lead. */
import { describe, expect, it } from 'vitest';
import {
  CELL,
  columnsIn,
  linesToDraw,
  placeAfterKey,
  topToShow,
} from '../../../src/ui/data/browse/wall-geometry.ts';

const sight = { top: 0, width: CELL.width * 10 + 7, height: CELL.height * 5 };
const afterKey = (key: string, place: number, withControl = false) =>
  placeAfterKey(key, withControl, place, 10_000, sight);

describe('the wall', () => {
  it('draws what is in sight and little more, of however many', () => {
    expect(columnsIn(sight.width)).toBe(10);
    for (const top of [0, 5000, 50_000, 1000 * CELL.height - sight.height]) {
      const lines = linesToDraw({ ...sight, top }, 10_000, 0);
      expect(lines.length).toBeLessThanOrEqual(13);
      for (let y = top; y < top + sight.height; y += 1) {
        expect(lines).toContain(Math.floor(y / CELL.height));
      }
    }
  });

  it('keeps the line that has the focus, wherever it is', () => {
    expect(linesToDraw({ ...sight, top: 50_000 }, 10_000, 23)).toContain(2);
    expect(linesToDraw(sight, 10_000, 9999)).toContain(999);
    // A filter left fewer pictures than the focus was at.
    expect(linesToDraw(sight, 5, 9999)).toEqual([0]);
  });

  it('is walked by keys, and never left by them', () => {
    expect(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].map((key) => afterKey(key, 55))).toEqual([
      54, 56, 45, 65,
    ]);
    expect([afterKey('Home', 55), afterKey('End', 55)]).toEqual([50, 59]);
    expect([afterKey('Home', 55, true), afterKey('End', 55, true)]).toEqual([0, 9999]);
    expect([afterKey('PageUp', 75), afterKey('PageDown', 75)]).toEqual([25, 125]);
    expect([afterKey('PageUp', 25), afterKey('PageDown', 9990)]).toEqual([5, 9999]);
    expect([afterKey('ArrowUp', 5), afterKey('ArrowLeft', 0), afterKey('ArrowDown', 9995)]).toEqual([
      5, 0, 9995,
    ]);
    expect(afterKey('x', 5)).toBeNull();
  });

  it('scrolls as little as shows a line whole', () => {
    expect(topToShow(0, { ...sight, top: 500 })).toBe(0);
    expect(topToShow(55, sight)).toBe(CELL.height);
    expect(topToShow(25, { ...sight, top: 10 })).toBe(10);
  });
});
