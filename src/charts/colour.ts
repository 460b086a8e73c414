/** Colours of the page's tokens in a form that Vega can mix: it knows nothing of `oklch` and `light-dark`. */

let pen: CanvasRenderingContext2D | null = null;

/** The colour that a custom property has at an element, as `rgb(r, g, b)`. */
export function resolvedColour(element: HTMLElement, property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  pen ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (pen === null) return colour;
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return `rgb(${red ?? 0}, ${green ?? 0}, ${blue ?? 0})`;
}
