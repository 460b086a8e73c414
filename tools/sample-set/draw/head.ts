/** Owns neck, shoulders, ears, the head's outline and the skin's own shading. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, lit, mix, shaded, hex } from '../colour.ts';
import { curve, fillShape, strokeLine, type Point } from '../geometry.ts';
import { SIDES, type Side } from '../face/landmarks.ts';
import { glowOf, shadeOf } from '../face/person.ts';
import { places, type Place } from './outline.ts';
import type { Sitting } from './sitting.ts';

/** Half of the head's outline, crown to chin: x, y, depth. */
function profile({ person, marks }: Sitting): [number, number, number][] {
  const [width, jaw] = [person.faceWidth, person.jawWidth];
  const [drop, chin] = [marks.jawDrop, person.chinLength];
  const smile = 0.012 * (marks.au[1].AU12 + marks.au[1].AU6);
  return [
    [0.44 * width, -1.12, -0.05],
    [0.76 * width, -0.84, -0.05],
    [0.88 * width, -0.4, 0],
    [0.885 * width + smile, 0, 0.05],
    [0.85 * width + smile, 0.36, 0.1],
    [0.73 * jaw + smile, 0.74 + drop * 0.5, 0.2],
    [0.5 * jaw, 1.03 + drop * 0.9 + chin * 0.6, 0.34],
    [0.22 * jaw, 1.16 + drop + chin, 0.42],
  ];
}

/** The head's outline in pixels, clockwise from the crown. */
export function headOutline(sitting: Sitting): Point[] {
  const half = profile(sitting);
  const { view, marks, person } = sitting;
  const right = half.map(([x, y, z]) => view.deep(x, y, z));
  const left = half.map(([x, y, z]) => view.deep(-x, y, z)).reverse();
  return [
    view.deep(0, -1.21, -0.05),
    ...right,
    view.deep(0, 1.185 + marks.jawDrop + person.chinLength, 0.45),
    ...left,
  ];
}

const SHOULDERS = places(
  '-1.75 3, -1.6 1.95, -1.1 1.62, -0.5 1.45, 0 1.5, 0.5 1.45, 1.1 1.62, 1.6 1.95, 1.75 3',
);
const ROUND_COLLAR = places('-0.55 1.43, -0.3 1.6, 0 1.66, 0.3 1.6, 0.55 1.43');
const SHIRT_WING = places('0.02 1.68, 0.5 1.36, 0.62 1.5, 0.3 1.82');

function drawCollar(ctx: SKRSContext2D, { view, person }: Sitting): void {
  const dark = css(shaded(person.clothes, 0.3));
  const still = ([x, y]: Place): Point => view.still(x, y);
  if (person.collar === 'vee') {
    ctx.beginPath();
    for (const [x, y] of places('-0.45 1.42, 0 2, 0.45 1.42').map(still)) ctx.lineTo(x, y);
    ctx.fillStyle = css(shadeOf(person, 0.1));
    ctx.fill();
    strokeLine(ctx, places('-0.5 1.4, -0.02 2.02').map(still), dark, view.unit * 0.04);
    strokeLine(ctx, places('0.5 1.4, 0.02 2.02').map(still), dark, view.unit * 0.04);
  } else if (person.collar === 'shirt') {
    for (const side of SIDES) {
      const wing = SHIRT_WING.map(([x, y]) => view.still(x * side, y));
      fillShape(ctx, wing, css(lit(person.clothes, 0.18)));
    }
  } else {
    strokeLine(ctx, ROUND_COLLAR.map(still), dark, view.unit * 0.05);
  }
}

function drawBody(ctx: SKRSContext2D, sitting: Sitting): void {
  const { view, person } = sitting;
  const shoulders = SHOULDERS.map(([x, y]) => view.still(x, y));
  fillShape(ctx, shoulders, css(person.clothes));
  const neckWidth = 0.36 * person.jawWidth;
  const neck: Point[] = [
    view.deep(-neckWidth, 0.7, -0.1),
    view.deep(neckWidth, 0.7, -0.1),
    view.still(neckWidth * 1.08, 1.35),
    view.still(0.52, 1.5),
    view.still(0.18, 1.62),
    view.still(-0.18, 1.62),
    view.still(-0.52, 1.5),
    view.still(-neckWidth * 1.08, 1.35),
  ];
  fillShape(ctx, neck, css(shadeOf(person, 0.2)));
  drawCollar(ctx, sitting);
}

function drawEar(ctx: SKRSContext2D, { view, person }: Sitting, side: Side): void {
  const x = 0.9 * person.faceWidth * side;
  const ear: Point[] = (
    [
      [-0.06, -0.22],
      [0.09, -0.2],
      [0.12, -0.02],
      [0.06, 0.2],
      [-0.04, 0.26],
    ] as const
  ).map(([dx, dy]) => view.deep(x + dx * side, dy, -0.12));
  fillShape(ctx, ear, css(shadeOf(person, 0.06)));
  strokeLine(
    ctx,
    [
      view.deep(x + 0.06 * side, -0.13, -0.12),
      view.deep(x + 0.07 * side, 0, -0.12),
      view.deep(x + 0.01 * side, 0.1, -0.12),
    ],
    css(shadeOf(person, 0.35), 0.6),
    view.unit * 0.035,
  );
  if (person.earrings)
    fillShape(ctx, ringAt(view.deep(x + 0.02 * side, 0.3, -0.1), view.unit * 0.05), css(hex('#e3c565')));
}

function ringAt([x, y]: Point, radius: number): Point[] {
  return [
    [x + radius, y],
    [x, y + radius],
    [x - radius, y],
    [x, y - radius],
  ];
}

/** A filled circle. */
export function dot(ctx: SKRSContext2D, [x, y]: Point, radiusPx: number, style: string): void {
  ctx.beginPath();
  ctx.arc(x, y, radiusPx, 0, Math.PI * 2);
  ctx.fillStyle = style;
  ctx.fill();
}

/** A soft spot of colour. */
export function softSpot(
  ctx: SKRSContext2D,
  [x, y]: Point,
  radiusPx: number,
  colour: (alpha: number) => string,
  alpha: number,
): void {
  const spot = ctx.createRadialGradient(x, y, 0, x, y, radiusPx);
  spot.addColorStop(0, colour(alpha));
  spot.addColorStop(0.5, colour(alpha * 0.55));
  spot.addColorStop(1, colour(0));
  ctx.fillStyle = spot;
  ctx.fillRect(x - radiusPx, y - radiusPx, radiusPx * 2, radiusPx * 2);
}

/** Soft planes: sockets, cheeks, temples, under the lip and the chin. */
function shadeSkin(ctx: SKRSContext2D, { view, person, marks }: Sitting): void {
  const shade = (alpha: number): string => css(shadeOf(person, 0.42), alpha);
  const glow = (alpha: number): string => css(glowOf(person, 0.55), alpha);
  const red = (alpha: number): string => css(mix(person.skin, hex('#d0554a'), 0.6), alpha);
  const unit = view.unit;
  for (const side of SIDES) {
    const a = marks.au[side];
    softSpot(ctx, view.on(0.34 * side, -0.18), unit * 0.27, shade, 0.34 + 0.25 * a.AU4);
    softSpot(ctx, view.on(0.8 * side, 0.45), unit * 0.45, shade, 0.35);
    softSpot(ctx, view.on(0.78 * side, -0.6), unit * 0.4, shade, 0.25);
    const cheekY = 0.3 - 0.08 * a.AU6 - 0.05 * a.AU12;
    softSpot(ctx, view.on(0.5 * side, cheekY), unit * 0.3, red, 0.2 + 0.14 * a.AU6);
    softSpot(ctx, view.on(0.47 * side, cheekY - 0.06), unit * 0.22, glow, 0.2 + 0.3 * a.AU6);
  }
  softSpot(ctx, view.on(0, -0.68), unit * 0.4, glow, 0.22);
  softSpot(ctx, view.on(0, 1.02 + marks.jawDrop), unit * 0.2, glow, 0.2);
}

/** Neck, shoulders and ears: what lies behind the head. */
export function drawBehindHead(ctx: SKRSContext2D, sitting: Sitting): void {
  drawBody(ctx, sitting);
  const { view, person, marks } = sitting;
  // The chin's shadow falls on the person only, not on the backdrop.
  ctx.globalCompositeOperation = 'source-atop';
  softSpot(
    ctx,
    view.still(0, 1.15 + marks.jawDrop),
    view.unit * 0.6,
    (alpha) => css(shadeOf(person, 0.75), alpha),
    0.75,
  );
  ctx.globalCompositeOperation = 'source-over';
  if (person.hairStyle !== 'scarf') for (const side of SIDES) drawEar(ctx, sitting, side);
}

/** The head's skin, with its planes. */
export function drawHead(ctx: SKRSContext2D, sitting: Sitting): void {
  const outline = headOutline(sitting);
  fillShape(ctx, outline, css(sitting.person.skin));
  ctx.save();
  ctx.beginPath();
  curve(ctx, outline, true);
  ctx.clip();
  shadeSkin(ctx, sitting);
  ctx.restore();
  strokeLine(
    ctx,
    [...outline, ...outline.slice(0, 1)],
    css(shadeOf(sitting.person, 0.45), 0.35),
    sitting.view.unit * 0.025,
  );
}
