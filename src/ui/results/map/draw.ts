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
  | 'measureText'
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

/** Relative luminances, 0 to 1, that stand out by three to one or more from white and from black paper alike. */
const DIM = 0.15;
const BRIGHT = 0.27;

/**
 * Of a class: hues around the circle, all equally bright, since yellow would be lost on white and blue on black; where there
 * are many classes, neighbours differ in brightness as well.
 */
export function classColour(index: number, classes: number): string {
  const hue = (360 * index) / Math.max(1, classes);
  const wanted = classes > 6 && index % 2 === 1 ? DIM : BRIGHT;
  let [low, high] = [0, 1];
  // Brightness grows with lightness: halved so often, it is exact to a level.
  for (let step = 0; step < 10; step++) {
    const middle = (low + high) / 2;
    if (luminance(channelsOf(hue, middle)) < wanted) low = middle;
    else high = middle;
  }
  const levels = channelsOf(hue, high).map((share) => Math.round(share * 255));
  return `rgb(${levels.join(', ')})`;
}

const SATURATION = 0.7;

/** Red, green and blue, 0 to 1, of a hue in degrees and a lightness. @see https://www.w3.org/TR/css-color-4/#hsl-to-rgb */
function channelsOf(hue: number, lightness: number): readonly number[] {
  const amplitude = SATURATION * Math.min(lightness, 1 - lightness);
  return [0, 8, 4].map((offset) => {
    const place = (offset + hue / 30) % 12;
    return lightness - amplitude * Math.max(-1, Math.min(place - 3, 9 - place, 1));
  });
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((share) =>
    share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
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
  if (labels.length <= MOST_NAMES) drawNames(to, { xy, width, height }, pictures, shown, colours);
}

/** The name of each class where the middle one of its pictures lies, or as near to it as the edge lets it. */
function drawNames(
  to: Drawing,
  { xy, width }: Placed,
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
    const [middle = 0, y = 0] = [0, 1].map((axis) => median(own.map((at) => xy[at * 2 + axis]!)));
    const room = to.measureText(name).width / 2 + 4;
    const x = Math.max(room, Math.min(width - room, middle));
    to.strokeText(name, x, y + 4);
    to.fillText(name, x, y + 4);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
