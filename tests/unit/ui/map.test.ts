/** The map of pictures: where they lie, which are meant by a circle or a line, and what is drawn of them. */
import { createCanvas } from '@napi-rs/canvas';
import { expect, it } from 'vitest';
import { classColour, drawMap } from '../../../src/ui/results/map/draw.ts';
import { inCircle, inLasso, nearest, placed } from '../../../src/ui/results/map/geometry.ts';

/** Five by five points a step apart. */
const grid = Float32Array.from({ length: 50 }, (_, at) =>
  at % 2 === 0 ? (at / 2) % 5 : Math.floor(at / 10),
);
const all = Array.from({ length: 25 }, (_, at) => at);

it('fits points into a map, alike in both directions', () => {
  const { xy } = placed(grid, 436, 236);
  // 200 pixels for four steps, in the middle of both sides.
  expect([xy[0], xy[1], xy[48], xy[49]]).toEqual([118, 18, 318, 218]);
  const one = placed(Float32Array.of(7, 7), 100, 50);
  expect([...one.xy]).toEqual([50, 25]);
});

it('knows which points are meant', () => {
  const at = placed(grid, 436, 236);
  expect(nearest(at, all, { x: 120, y: 20 }, 14)).toBe(0);
  expect(nearest(at, [1, 2], { x: 120, y: 20 }, 14)).toBe(null);
  expect(inCircle(at, all, { x: 168, y: 70 }, 51)).toEqual([6, 11, 5, 7]);
  // A line around the upper left four.
  const square = [
    { x: 100, y: 0 },
    { x: 200, y: 0 },
    { x: 200, y: 100 },
    { x: 100, y: 100 },
  ];
  expect(inLasso(at, all, square)).toEqual([0, 1, 5, 6]);
  expect(inLasso(at, [0, 6, 7], square)).toEqual([0, 6]);
  expect(inLasso(at, all, [])).toEqual([]);
});

it('gives classes colours that stand out from light paper and dark', () => {
  const brightness = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((level) => {
      const share = Number(level) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one: number, other: number): number =>
    (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  const dark = brightness('rgb(16, 18, 24)');
  for (const classes of [2, 3, 8, 20]) {
    const colours = Array.from({ length: classes }, (_, index) => classColour(index, classes));
    expect(new Set(colours).size).toBe(classes);
    for (const colour of colours) {
      expect(contrast(brightness(colour), 1)).toBeGreaterThan(3);
      expect(contrast(brightness(colour), dark)).toBeGreaterThan(3);
    }
  }
});

it('keeps the names of classes at its edge within it', () => {
  const canvas = createCanvas(120, 60);
  const context = canvas.getContext('2d');
  const pictures = { rows: [0, 1], truths: [0, 1], predicted: [0, 1], labels: ['Bananen', 'Limetten'] };
  const colours = { ink: 'rgb(0, 0, 0)', paper: 'rgb(255, 255, 255)', font: 'sans-serif' };
  const at = placed(Float32Array.of(0, 0, 1, 0), 120, 60);
  drawMap(context, at, pictures, [0, 1], colours);
  for (const x of [0, 119]) {
    const { data } = context.getImageData(x, 0, 1, 60);
    expect(data.every((level) => level === 0)).toBe(true);
  }
});

it('draws a dot in its class’s colour, a ring where it is wrong, and the others faint', () => {
  const canvas = createCanvas(436, 236);
  const at = placed(grid, 436, 236);
  const pictures = {
    rows: all,
    truths: all.map((index) => index % 2),
    predicted: all.map((index) => (index === 12 ? 1 : index % 2)),
    labels: ['cat', 'dog'],
  };
  const context = canvas.getContext('2d');
  const colours = { ink: 'rgb(1, 2, 3)', paper: 'rgb(255, 255, 255)', font: 'sans-serif' };
  const shown = all.filter((index) => index > 5);
  drawMap(context, at, pictures, shown, colours);
  const pixel = (x: number, y: number): number[] => [...context.getImageData(x, y, 1, 1).data];
  // Full, in the hue of dogs; faint; nothing between.
  const [red = 0, green = 0, , strong = 0] = pixel(Math.round(at.xy[2 * 7]!), Math.round(at.xy[2 * 7 + 1]!));
  expect(green).toBeGreaterThan(red + 80);
  expect(strong).toBeGreaterThan(200);
  expect(pixel(Math.round(at.xy[2]!), Math.round(at.xy[3]!))[3]).toBeLessThan(60);
  expect(pixel(142, 42)[3]).toBe(0);
  // The ring of the one that is wrong, and none around its neighbour.
  const right = (index: number): number[] =>
    pixel(Math.floor(at.xy[2 * index]! + 5.6), Math.round(at.xy[2 * index + 1]!));
  expect(right(12)[3]).toBeGreaterThan(100);
  expect(right(13)[3]).toBeLessThan(60);
});
