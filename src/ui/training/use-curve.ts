/** Draws the lines when an epoch has ended or the plot has changed its size, at most about once a second. */
import { useEffect, useState, type RefObject } from 'react';
import type { EpochRecord } from '../../protocol/events.ts';

const LEAST_MS_BETWEEN = 900;

export function useCurve(
  place: RefObject<HTMLDivElement | null>,
  history: readonly EpochRecord[],
  values: (epoch: EpochRecord) => readonly [number, number],
  slots: number,
  domain: readonly [number, number],
): void {
  const size = useSize(place);
  const [low, high] = domain;
  useEffect(() => {
    const element = place.current;
    if (element === null || size.width === 0 || size.height === 0) return;
    const train = history.map((epoch) => values(epoch)[0]);
    const validation = history.map((epoch) => values(epoch)[1]);
    return scheduleOn(element, async (isCurrent) => {
      const { drawCurve } = await import('../../charts/curve.ts');
      await drawCurve(element, { train, validation, slots, domain: [low, high] }, isCurrent);
    });
  }, [place, history, values, slots, low, high, size.width, size.height]);
}

const lastDrawn = new WeakMap<Element, number>();

/** Waits until a second has passed since the element was drawn last; what is overtaken meanwhile is not drawn. */
export function scheduleOn(element: Element, draw: (isCurrent: () => boolean) => Promise<void>): () => void {
  let isCurrent = true;
  const wait = Math.max(0, (lastDrawn.get(element) ?? 0) + LEAST_MS_BETWEEN - performance.now());
  const timer = setTimeout(() => {
    lastDrawn.set(element, performance.now());
    draw(() => isCurrent).catch((error: unknown) => {
      // The table has the numbers; a chart that cannot be drawn is said in the console's place: the element itself.
      element.setAttribute('data-failed', String(error));
    });
  }, wait);
  return () => {
    isCurrent = false;
    clearTimeout(timer);
  };
}

function useSize(place: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return size;
}
