/** Two lines over the epochs of a run, drawn by tfjs-vis: training first, validation second. */
import { releaseChart, replaceChart } from './drawn.ts';

/** What is drawn: one value an epoch in each line, and room for the epochs still to come. */
export interface Curve {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  /** Slots on the epoch axis, at least as many as there are values. */
  readonly slots: number;
  readonly domain: readonly [number, number];
}

/**
 * Draws a curve into an element, which it fills. The new chart is made aside and then put in the old one's place, so
 * nothing blinks.
 *
 * @param isCurrent asked when it is made: a chart that has been overtaken is thrown away
 */
export async function drawCurve(element: HTMLElement, curve: Curve, isCurrent: () => boolean): Promise<void> {
  const { linechart } = await import('./tfvis.ts');
  const stage = document.createElement('div');
  const values = [points(curve.train, curve.slots), points(curve.validation, curve.slots)];
  await linechart(
    stage,
    { values, series: ['training', 'validation'] },
    {
      width: element.clientWidth,
      height: element.clientHeight,
      yAxisDomain: [curve.domain[0], curve.domain[1]],
    },
  );
  if (isCurrent()) replaceChart(element, stage);
  else releaseChart(stage);
}

/** tfjs-vis counts the points itself and wants all lines of one length: epochs to come are not numbers. */
function points(values: readonly number[], slots: number): { x: number; y: number }[] {
  return Array.from({ length: slots }, (_, index) => ({ x: index, y: values[index] ?? Number.NaN }));
}
