/** Draws the map of pictures: a dot for each, in its class's colour, a ring around those that are wrong. */
import type { Placed } from './geometry.ts';

/** What is known of the pictures, in the map's order. */
export interface MapPictures {
  readonly rows: readonly number[];
  /** The class of each by its label, and by the network. */
  readonly truths: readonly number[];
  readonly predicted: readonly number[];
  readonly labels: readonly string[];
}

/** Where a canvas draws; a part of its context. */
export type Drawing = Pick<
  CanvasRenderingContext2D,
  | 'clearRect'
  | 'beginPath'
  | 'moveTo'
  | 'arc'
  | 'fill'
  | 'stroke'
  | 'fillText'
  | 'strokeText'
  | 'fillStyle'
  | 'strokeStyle'
  | 'globalAlpha'
  | 'lineWidth'
  | 'font'
  | 'textAlign'
  | 'lineJoin'
>;

/** Up to so many classes have their names on the map. */
const MOST_NAMES = 12;
const FULL_TURN = 2 * Math.PI;

/** Of a class: hues around the circle; where there are many, neighbours differ in lightness as well. */
export function classColour(index: number, classes: number): string {
  const hue = Math.round((360 * index) / Math.max(1, classes));
  const lightness = classes > 6 && index % 2 === 1 ? 40 : 55;
  return `hsl(${hue.toString()} 70% ${lightness.toString()}%)`;
}

/** In CSS pixels: many dots are small. */
export function dotRadius(count: number): number {
  if (count > 4000) return 1.8;
  return count > 800 ? 2.6 : 4;
}

interface Colours {
  /** Of rings and names. */
  readonly ink: string;
  /** Around names, so that they can be read over dots. */
  readonly paper: string;
  /** Of names: what the page is set in. */
  readonly font: string;
}

/**
 * Draws all dots; those that are not shown are faint.
 *
 * @param shown indices of the pictures that stand out
 */
export function drawMap(
  to: Drawing,
  { xy, width, height }: Placed,
  pictures: MapPictures,
  shown: readonly number[],
  colours: Colours,
): void {
  const { truths, predicted, labels } = pictures;
  const radius = dotRadius(truths.length);
  const isShown = new Uint8Array(truths.length);
  for (const at of shown) isShown[at] = 1;
  to.clearRect(0, 0, width, height);
  const dot = (at: number, size: number): void => {
    const [x, y] = [xy[at * 2]!, xy[at * 2 + 1]!];
    to.moveTo(x + size, y);
    to.arc(x, y, size, 0, FULL_TURN);
  };
  for (const stands of [0, 1]) {
    to.globalAlpha = stands === 1 ? 0.9 : 0.12;
    // One path a class: ten thousand of their own would take ten times as long.
    for (const label of labels.keys()) {
      to.beginPath();
      for (const [at, truth] of truths.entries())
        if (truth === label && isShown[at] === stands) dot(at, radius);
      to.fillStyle = classColour(label, labels.length);
      to.fill();
    }
  }
  to.globalAlpha = 1;
  to.beginPath();
  for (const at of shown) if (truths[at] !== predicted[at]) dot(at, radius + 1.6);
  to.strokeStyle = colours.ink;
  to.lineWidth = radius > 2 ? 1.2 : 0.8;
  to.stroke();
  if (labels.length <= MOST_NAMES) drawNames(to, xy, pictures, shown, colours);
}

/** The name of each class where the middle one of its pictures lies. */
function drawNames(
  to: Drawing,
  xy: Float32Array,
  { truths, labels }: MapPictures,
  shown: readonly number[],
  { ink, paper, font }: Colours,
): void {
  to.font = `600 13px ${font}`;
  to.textAlign = 'center';
  to.lineJoin = 'round';
  to.lineWidth = 4;
  to.strokeStyle = paper;
  to.fillStyle = ink;
  for (const [label, name] of labels.entries()) {
    const own = shown.filter((at) => truths[at] === label);
    if (own.length === 0) continue;
    const [x, y] = [0, 1].map((axis) => median(own.map((at) => xy[at * 2 + axis]!)));
    to.strokeText(name, x ?? 0, (y ?? 0) + 4);
    to.fillText(name, x ?? 0, (y ?? 0) + 4);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
