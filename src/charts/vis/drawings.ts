/** What tfjs-vis draws for us: lines over slots, and the shaded cells of a matrix. Colours and dashes are the page's own. */
import type { Draw } from './use-drawing.ts';

/** Lines over one axis. */
export interface LineData {
  /** One value a slot, from the first on; all of one length. */
  readonly lines: readonly (readonly number[])[];
  /** Slots on the axis, at least as many as there are values. */
  readonly slots: number;
  readonly domain: readonly [number, number];
}

/** Draws lines in the classes `layer_0_marks`, `layer_1_marks` …, which the style sheet colours. */
export const drawLines: Draw<LineData> = async (stage, { lines, slots, domain }, size) => {
  const { linechart } = await import('./tfvis.ts');
  // It counts the points itself, and has no option for room that stays empty: our vega-embed reads it here.
  stage.dataset['slots'] = String(slots);
  await linechart(
    stage,
    {
      values: lines.map((values) => values.map((y, x) => ({ x, y }))),
      series: lines.map((_, index) => `${index}`),
    },
    { ...size, yAxisDomain: [domain[0], domain[1]] },
  );
};

/** Cells of a square matrix, each a share from 0 to 1; rows from the top. */
export interface CellData {
  readonly labels: readonly string[];
  readonly shares: readonly (readonly number[])[];
}

/** Draws cells in the page's ramp of colours, which follows the theme by itself. */
export const drawCells: Draw<CellData> = async (stage, { labels, shares }, size) => {
  const { confusionMatrix } = await import('./tfvis.ts');
  await confusionMatrix(
    stage,
    { values: shares.map((row) => [...row]), tickLabels: distinct(labels) },
    { ...size, showTextOverlay: false, colorMap: ['rgb(0, 0, 0)', 'rgb(255, 255, 255)'] },
  );
  // Vega mixes colours that it knows, and it knows no custom property: the grey that it mixed says how far.
  for (const cell of stage.querySelectorAll<SVGElement>('[fill^="rgb"]')) {
    const grey = Number(/\d+/.exec(cell.getAttribute('fill') ?? '')?.[0] ?? 0);
    cell.classList.add('cell');
    cell.style.setProperty('--v', String((grey / 255) * 100));
  }
};

/** tfjs-vis lays classes of one name on top of each other; a number tells them apart. */
function distinct(labels: readonly string[]): string[] {
  return labels.map((label, index) => (labels.indexOf(label) === index ? label : `${label} (${index})`));
}
