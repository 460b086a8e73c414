/** Which charts are on the page, so that a chart that is replaced can let go of its listeners and memory. */

/** What a drawn chart must be told when it goes. */
export interface DrawnChart {
  finalize(): void;
}

const drawn = new WeakMap<Element, DrawnChart>();

/** Remembers the chart of an element; one that was there before is let go of. */
export function keepChart(element: Element, chart: DrawnChart): void {
  releaseChart(element);
  drawn.set(element, chart);
}

/** Lets go of the chart in an element, if there is one. */
export function releaseChart(element: Element): void {
  drawn.get(element)?.finalize();
  drawn.delete(element);
}

/** Puts a chart that was drawn aside in the place of the one before, so that nothing blinks. */
export function replaceChart(place: Element, stage: Element): void {
  clearCharts(place);
  place.replaceChildren(stage);
}

/** Empties a place. */
export function clearCharts(place: Element): void {
  for (const child of place.children) releaseChart(child);
  place.replaceChildren();
}
