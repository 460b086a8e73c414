/** A small confusion matrix drawn by tfjs-vis, for comparing phases at a glance; its numbers are in a table elsewhere. */
import type { Evaluation } from '../protocol/events.ts';
import { resolvedColour } from './colour.ts';
import { releaseChart, replaceChart } from './drawn.ts';
import { rowShares } from './matrix-shares.ts';

/**
 * Draws shares of each true class into an element, which it fills, in the page's ramp of colours.
 *
 * @param isCurrent asked when it is made: a chart that has been overtaken is thrown away
 */
export async function drawMatrix(
  element: HTMLElement,
  evaluation: Evaluation,
  isCurrent: () => boolean,
): Promise<void> {
  const { confusionMatrix } = await import('./tfvis.ts');
  const stage = document.createElement('div');
  await confusionMatrix(
    stage,
    { values: rowShares(evaluation.confusionMatrix), tickLabels: distinct(evaluation.labels) },
    {
      width: element.clientWidth,
      height: element.clientHeight,
      showTextOverlay: false,
      colorMap: [resolvedColour(element, '--ramp-0'), resolvedColour(element, '--ramp-1')],
    },
  );
  if (isCurrent()) replaceChart(element, stage);
  else releaseChart(stage);
}

/** tfjs-vis lays classes of one name on top of each other; a number tells them apart. */
function distinct(labels: readonly string[]): string[] {
  return labels.map((label, index) => (labels.indexOf(label) === index ? label : `${label} (${index})`));
}
