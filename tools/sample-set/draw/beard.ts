/** Owns beard, moustache and freckles: what lies on the skin under the features. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, shaded } from '../colour.ts';
import { curve, fillShape } from '../geometry.ts';
import { Chance } from '../rng.ts';
import { dot, headOutline } from './head.ts';
import { places } from './outline.ts';
import type { Sitting } from './sitting.ts';

const CHEEK_EDGE = places('0.81 0.1, 0.7 0.42, 0.5 0.66');

function drawWholeBeard(ctx: SKRSContext2D, sitting: Sitting): void {
  const { person, view, marks } = sitting;
  const drop = marks.jawDrop + person.chinLength;
  const lipTop = marks.mouth.upperY - marks.mouth.upperThick;
  const jaw = person.jawWidth;
  const edge = [
    [0.88, 0.05, 0.05],
    [0.86, 0.4, 0.1],
    [0.75, 0.8 + drop * 0.6, 0.2],
    [0.5, 1.08 + drop, 0.34],
  ] as const;
  const shape = [
    ...edge.map(([x, y, z]) => view.deep(x * jaw, y, z)),
    view.deep(0, 1.22 + drop, 0.45),
    ...edge.map(([x, y, z]) => view.deep(-x * jaw, y, z)).reverse(),
    ...CHEEK_EDGE.map(([x, y]) => view.on(-x * jaw, y)),
    view.on(-0.2, lipTop - 0.09, 0.03),
    view.on(0, lipTop - 0.06, 0.03),
    view.on(0.2, lipTop - 0.09, 0.03),
    ...CHEEK_EDGE.map(([x, y]) => view.on(x * jaw, y)).reverse(),
  ];
  ctx.save();
  // Stubble has no body: it must not stand out beyond the skin it grows on.
  if (person.beard === 'stubble') {
    ctx.beginPath();
    curve(ctx, headOutline(sitting), true);
    ctx.clip();
  }
  fillShape(ctx, shape, css(shaded(person.hair, 0.05), person.beard === 'full' ? 0.94 : 0.2));
  ctx.restore();
}

function drawMoustache(ctx: SKRSContext2D, { person, view, marks }: Sitting): void {
  const { mouth } = marks;
  const lipTop = mouth.upperY - mouth.upperThick;
  const reach = 0.85;
  const shape = [
    view.on(0, lipTop - 0.085, 0.05),
    view.on(mouth.cornerX[1] * 0.6, lipTop - 0.06, 0.03),
    view.on(mouth.cornerX[1] * reach + 0.06, mouth.cornerY[1] + 0.03),
    view.on(mouth.cornerX[1] * 0.5, lipTop + 0.03, 0.03),
    view.on(0, lipTop + 0.02, 0.04),
    view.on(-mouth.cornerX[-1] * 0.5, lipTop + 0.03, 0.03),
    view.on(-mouth.cornerX[-1] * reach - 0.06, mouth.cornerY[-1] + 0.03),
    view.on(-mouth.cornerX[-1] * 0.6, lipTop - 0.06, 0.03),
  ];
  fillShape(ctx, shape, css(shaded(person.hair, 0.05), 0.95));
}

function drawChinBeard(ctx: SKRSContext2D, { person, view, marks }: Sitting): void {
  const drop = marks.jawDrop + person.chinLength;
  const lipBottom = marks.mouth.lowerY + marks.mouth.lowerThick;
  const shape = [
    view.on(-0.12, lipBottom + 0.07),
    view.on(0, lipBottom + 0.04),
    view.on(0.12, lipBottom + 0.07),
    view.on(0.22, 1.02 + drop),
    view.deep(0, 1.24 + drop, 0.45),
    view.on(-0.22, 1.02 + drop),
  ];
  fillShape(ctx, shape, css(shaded(person.hair, 0.05), 0.93));
}

function drawFreckles(ctx: SKRSContext2D, { view, scene }: Sitting): void {
  const chance = new Chance(scene.backSeed, -2);
  for (let i = 0; i < 34; i++) {
    const spot = view.on(chance.normal(0, 0.38), chance.normal(0.2, 0.1), 0.02);
    dot(ctx, spot, view.unit * chance.between(0.008, 0.016), css([140, 80, 50], 0.4));
  }
}

/** Draws what grows and lies on the skin; the mouth comes over it. */
export function drawBeard(ctx: SKRSContext2D, sitting: Sitting): void {
  const { beard, freckles } = sitting.person;
  if (beard === 'full' || beard === 'stubble') drawWholeBeard(ctx, sitting);
  if (beard === 'moustache' || beard === 'goatee') drawMoustache(ctx, sitting);
  if (beard === 'goatee') drawChinBeard(ctx, sitting);
  if (freckles) drawFreckles(ctx, sitting);
}
