/** Owns hair and headscarf, behind the head and in front of it. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, lit, mix, shaded, type Rgb } from '../colour.ts';
import { fillShape, strokeLine, taperedLine, type Point } from '../geometry.ts';
import { SIDES } from '../face/landmarks.ts';
import type { HairStyle } from '../face/person.ts';
import { Chance } from '../rng.ts';
import { dot } from './head.ts';
import { mirrored, places, type Place } from './outline.ts';
import type { Sitting } from './sitting.ts';

/** Right half of what falls behind head and neck, from the crown down. */
const BEHIND: Partial<Record<HairStyle, string>> = {
  long: '0 -1.25v, 0.8 -1.02v, 1.08v -0.3, 1.1v 0.5, 1.18v 1.25, 0.9 1.75, 0.4 1.6',
  bob: '0 -1.27v, 0.8 -1.04v, 1.06v -0.35, 1.12v 0.35, 1.05v 0.9, 0.6 1.0',
  fringe: '0 -1.25v, 0.8 -1.0v, 1.05v -0.3, 1.04v 0.6, 0.98 1.3, 0.6 1.35',
  scarf: '0 -1.36, 0.78 -1.12, 1.06 -0.4, 1.04 0.4, 0.95 1.1, 1.2 1.7, 0.5 2.2, 0 2.3',
};

const PARTED = '0.86 0, 0.77 -0.42, 0.6 -0.66, 0.1 -0.72, -0.3 -0.9, -0.62 -0.78, -0.78 -0.45, -0.86 0';
const EVEN =
  '0.86 -0.08, 0.78 -0.45, 0.64 -0.7, 0.3 -0.82, 0 -0.84, -0.3 -0.82, -0.64 -0.7, -0.78 -0.45, -0.86 -0.08';

/** The hairline over the forehead, right to left, on the face's surface; other styles have `EVEN`. */
const HAIRLINE: Partial<Record<HairStyle, string>> = {
  fringe: '0.84 -0.05, 0.76 -0.42, 0.45 -0.5, 0.15 -0.54, -0.15 -0.54, -0.45 -0.5, -0.76 -0.42, -0.84 -0.05',
  sidePart: PARTED,
  bob: PARTED,
  long: PARTED,
  receding:
    '0.87 -0.1, 0.8 -0.45, 0.72 -0.86, 0.5 -1.02, 0.15 -0.92, -0.15 -0.92, -0.5 -1.02, -0.72 -0.86, -0.8 -0.45, -0.87 -0.1',
  scarf: '0.86 0.1, 0.8 -0.4, 0.55 -0.72, 0 -0.82, -0.55 -0.72, -0.8 -0.4, -0.86 0.1',
};

const CROWN =
  '-0.93 -0.1, -0.97 -0.5, -0.78 -0.97, -0.4 -1.2, 0 -1.26, 0.4 -1.2, 0.78 -0.97, 0.97 -0.5, 0.93 -0.1';

/** Hair that falls behind head and neck. */
export function drawBackHair(ctx: SKRSContext2D, sitting: Sitting): void {
  const { person, view } = sitting;
  const v = person.hairVolume;
  const dark = shaded(person.hair, 0.08);
  if (person.hairStyle === 'afro') dot(ctx, view.deep(0, -0.55, -0.1), view.unit * 1.22 * v, css(dark));
  if (person.hairStyle === 'bun') dot(ctx, view.deep(0, -1.36, -0.2), view.unit * 0.34 * v, css(dark));
  const outline = BEHIND[person.hairStyle];
  if (!outline) return;
  const scarf = person.hairStyle === 'scarf';
  const half = places(outline, v);
  const whole = [...half, ...mirrored(half.filter(([x]) => x > 0))];
  const depth = scarf ? -0.1 : -0.25;
  fillShape(
    ctx,
    whole.map(([x, y]) => view.deep(x * person.faceWidth, y, depth)),
    css(scarf ? person.glassesColour : shaded(person.hair, 0.22)),
  );
}

function hairline({ person }: Sitting): Place[] {
  const text = HAIRLINE[person.hairStyle] ?? EVEN;
  const line = places(text);
  return text === PARTED && person.partSide < 0 ? mirrored(line) : line;
}

/** The mass between hairline and crown. */
function cap(ctx: SKRSContext2D, sitting: Sitting, rise: number, colour: Rgb, alpha = 1): void {
  const { view, person } = sitting;
  const w = person.faceWidth;
  const line = hairline(sitting).map(([x, y]) => view.on(x * w, y));
  const wider = w * (1 + (rise - 1) * 0.45);
  const outer = places(CROWN).map(([x, y]) => view.deep(x * wider, y < -0.4 ? y * rise : y, -0.08));
  fillShape(ctx, [...line, ...outer], css(colour, alpha));
}

function strands(ctx: SKRSContext2D, sitting: Sitting): void {
  const { view, person, scene } = sitting;
  const chance = new Chance(scene.backSeed, -3);
  const line = hairline(sitting);
  for (let i = 0; i < 9; i++) {
    const from = line[1 + Math.floor(chance.unit() * (line.length - 2))];
    if (!from) continue;
    const x = from[0] * person.faceWidth + chance.between(-0.08, 0.08);
    const points = [
      view.on(x, from[1] - 0.02),
      view.deep(x * 0.9, from[1] - 0.2, 0.35),
      view.deep(x * 0.7, Math.max(-1.2, from[1] - 0.45), 0),
    ];
    const tint = chance.happens(0.5) ? lit(person.hair, 0.25) : shaded(person.hair, 0.4);
    taperedLine(ctx, points, [0, view.unit * 0.03, 0], css(tint, 0.5));
  }
}

function curls(ctx: SKRSContext2D, sitting: Sitting, radius: number): void {
  const { view, person, scene } = sitting;
  const chance = new Chance(scene.backSeed, -1);
  // In mixed order, so that no side lies on top.
  for (const i of chance.shuffle(Array.from({ length: 26 }, (_, place) => place))) {
    const angle = Math.PI * (1.09 + 0.82 * (i / 25)) - Math.PI * 2;
    const reach = chance.between(0.82, 1.02) * person.hairVolume;
    const spot = view.deep(Math.cos(angle) * reach * 0.98, -0.22 + Math.sin(angle) * reach, -0.05);
    const tint = chance.happens(0.5)
      ? lit(person.hair, chance.between(0, 0.14))
      : shaded(person.hair, chance.between(0, 0.25));
    dot(ctx, spot, view.unit * radius * chance.between(0.8, 1.25), css(tint));
  }
}

function drawScarf(ctx: SKRSContext2D, sitting: Sitting): void {
  const { person, view } = sitting;
  const cloth = person.glassesColour;
  cap(ctx, sitting, 1.1, cloth);
  for (const side of SIDES) {
    const fall: Point[] = [
      view.deep(0.84 * side, -0.3, 0.15),
      view.deep(1.02 * side, 0, -0.1),
      view.deep(0.98 * side, 0.7, -0.1),
      view.deep(0.5 * side, 1.35, 0.2),
      view.deep(0.02 * side, 1.45, 0.4),
      view.deep(0.3 * side, 1.16, 0.42),
      view.deep(0.72 * side, 0.78, 0.25),
      view.deep(0.83 * side, 0.3, 0.18),
    ];
    fillShape(ctx, fall, css(mix(cloth, [255, 255, 255], 0.06)));
  }
  const hem = places('-0.8 -0.4, -0.5 -0.76, 0 -0.86, 0.5 -0.76, 0.8 -0.4').map(([x, y]) => view.on(x, y));
  strokeLine(ctx, hem, css(shaded(cloth, 0.3), 0.6), view.unit * 0.03);
}

/** Hair in front of the head. */
export function drawFrontHair(ctx: SKRSContext2D, sitting: Sitting): void {
  const { hair, hairStyle, hairVolume } = sitting.person;
  switch (hairStyle) {
    case 'bald':
      break;
    case 'buzz':
      cap(ctx, sitting, 1, hair, 0.55);
      break;
    case 'scarf':
      drawScarf(ctx, sitting);
      break;
    case 'curly':
      cap(ctx, sitting, 1.03 * hairVolume, hair);
      curls(ctx, sitting, 0.2);
      break;
    case 'afro':
      cap(ctx, sitting, 1.05, shaded(hair, 0.05));
      curls(ctx, sitting, 0.17);
      break;
    default: {
      const close = hairStyle === 'crop' || hairStyle === 'bun';
      cap(ctx, sitting, (close ? 1 : 1.05) * (0.94 + 0.08 * hairVolume), hair);
      strands(ctx, sitting);
    }
  }
}
