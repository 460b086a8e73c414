/** Owns the nose, and the lines that muscles and age fold into skin. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import { css } from '../colour.ts';
import { fillShape, strokeLine, taperedLine, type Point } from '../geometry.ts';
import { SIDES, type Side } from '../face/landmarks.ts';
import { glowOf, shadeOf } from '../face/person.ts';
import { softSpot } from './head.ts';
import type { Sitting } from './sitting.ts';

/** Age's share in a fold's depth, 0 at 30 to 1 at 80. */
function ageing(sitting: Sitting): number {
  return Math.max(0, Math.min(1, (sitting.person.ageYears - 30) / 50));
}

/** A fold: deeper means darker and wider. */
function crease(ctx: SKRSContext2D, sitting: Sitting, points: Point[], depth: number): void {
  if (depth < 0.06) return;
  const strength = Math.min(1, depth);
  const width = sitting.view.unit * (0.014 + 0.026 * strength);
  const widths = points.map((_, i) => (i === 0 || i === points.length - 1 ? 0 : width));
  taperedLine(ctx, points, widths, css(shadeOf(sitting.person, 0.62), 0.25 + 0.55 * strength));
}

function drawNostril(
  ctx: SKRSContext2D,
  { view, person, marks, scene }: Sitting,
  side: Side,
  half: number,
  wingY: number,
): void {
  const unit = view.unit;
  const wing = [
    view.on(half * 0.85 * side, wingY - 0.1, 0.08),
    view.on(half * 1.06 * side, wingY - 0.03, 0.08),
    view.on(half * 0.86 * side, wingY + 0.025, 0.1),
  ];
  taperedLine(ctx, wing, [0, unit * 0.03, unit * 0.018], css(shadeOf(person, 0.62), 0.85));
  const [x, y] = view.on(half * 0.5 * side, wingY + 0.012 + marks.noseWingUp * 0.3, 0.2);
  const wide = unit * (0.045 + 0.012 * marks.au[side].AU9);
  ctx.beginPath();
  ctx.ellipse(x, y, wide, unit * 0.022, scene.roll + 0.25 * side, 0, Math.PI * 2);
  ctx.fillStyle = css(shadeOf(person, 0.85), 0.85);
  ctx.fill();
}

/** Draws the nose, seen from the side that the pose and the light give. */
export function drawNose(ctx: SKRSContext2D, sitting: Sitting): void {
  const { view, person, marks, scene } = sitting;
  const unit = view.unit;
  const tipY = 0.33 + person.noseLength;
  const wingY = tipY + 0.035 - marks.noseWingUp;
  const half = 0.15 * person.noseWidth + 0.02 * marks.au[1].AU9 + 0.012 * marks.au[1].AU12;
  const shadeSide: Side = Math.cos(scene.lightAngle) > 0 ? -1 : 1;
  const bridge = [
    view.on(0.07 * shadeSide, -0.2, 0.05),
    view.on(0.06 * shadeSide, 0.05, 0.16),
    view.on(half * 0.75 * shadeSide, tipY - 0.06, 0.2),
    view.on(half * shadeSide, wingY, 0.1),
    view.on(half * 0.5 * shadeSide, tipY - 0.02, 0.22),
    view.on(0, tipY - 0.1, 0.3),
    view.on(0.01 * shadeSide, 0, 0.2),
  ];
  fillShape(ctx, bridge, css(shadeOf(person, 0.3), 0.34));
  softSpot(ctx, view.on(0, tipY - 0.07, 0.3), unit * 0.12, (alpha) => css(glowOf(person, 0.7), alpha), 0.5);
  softSpot(ctx, view.on(0, tipY + 0.1, 0.1), unit * 0.17, (alpha) => css(shadeOf(person, 0.55), alpha), 0.35);
  for (const side of SIDES) drawNostril(ctx, sitting, side, half, wingY);
  strokeLine(
    ctx,
    [
      view.on(-half * 0.35, tipY + 0.03, 0.22),
      view.on(0, tipY + 0.05, 0.24),
      view.on(half * 0.35, tipY + 0.03, 0.22),
    ],
    css(shadeOf(person, 0.55), 0.6),
    unit * 0.018,
  );
}

function foreheadLines(ctx: SKRSContext2D, sitting: Sitting): void {
  const { view, marks } = sitting;
  const [a, b] = [marks.au[-1], marks.au[1]];
  const inner = (a.AU1 + b.AU1) / 2;
  const outer = (a.AU2 + b.AU2) / 2;
  const old = 0.45 * ageing(sitting);
  for (let row = 0; row < 3; row++) {
    const y = -0.62 - row * 0.11 - 0.03 * inner;
    const arch = -0.03 - 0.02 * outer;
    const reach = 0.24 + 0.32 * Math.max(outer, old);
    const line = [
      view.on(-reach, y + 0.02, 0.02),
      view.on(-reach * 0.5, y + arch, 0.02),
      view.on(0, y - 0.03 * inner + (outer > inner ? 0 : 0.015), 0.02),
      view.on(reach * 0.5, y + arch, 0.02),
      view.on(reach, y + 0.02, 0.02),
    ];
    crease(ctx, sitting, line, (0.75 * Math.max(inner * 0.9, outer) + old * 0.8) * (1 - row * 0.2));
  }
}

function glabella(ctx: SKRSContext2D, sitting: Sitting): void {
  const { view, marks } = sitting;
  for (const side of SIDES) {
    const a = marks.au[side];
    const x = 0.075 - 0.015 * a.AU4;
    crease(
      ctx,
      sitting,
      [
        view.on((x + 0.015) * side, -0.52, 0.03),
        view.on(x * side, -0.43, 0.04),
        view.on((x + 0.01) * side, -0.33, 0.04),
      ],
      a.AU4 * 0.95 + 0.18 * ageing(sitting) - 0.08,
    );
    for (const [row, y] of [-0.2, -0.1, 0].entries()) {
      const wrinkle = [
        view.on(0.02 * side, y - 0.02, 0.14),
        view.on(0.085 * side, y - 0.005, 0.1),
        view.on(0.13 * side, y + 0.05, 0.04),
      ];
      crease(ctx, sitting, wrinkle, a.AU9 * (0.95 - 0.12 * row));
    }
  }
}

function eyeFolds(ctx: SKRSContext2D, sitting: Sitting, side: Side): void {
  const { view, marks } = sitting;
  const a = marks.au[side];
  const { centre, half } = marks.eyes[side];
  const outerX = centre[0] + half;
  const old = ageing(sitting);
  for (const [row, rise] of [-0.06, 0.005, 0.07].entries()) {
    const foot = [
      view.on((outerX + 0.03) * side, -0.1 + rise * 0.4),
      view.on((outerX + 0.09) * side, -0.1 + rise * 0.9),
      view.on((outerX + 0.15) * side, -0.1 + rise * 1.5),
    ];
    crease(ctx, sitting, foot, 0.85 * a.AU6 + 0.4 * old - 0.1 * row);
  }
  const bagY = centre[1] + 0.12 - 0.02 * a.AU6;
  const bag = [
    view.on((centre[0] - half * 0.8) * side, bagY - 0.02),
    view.on(centre[0] * side, bagY + 0.025),
    view.on((centre[0] + half * 0.8) * side, bagY - 0.015),
  ];
  crease(ctx, sitting, bag, 0.55 * Math.max(a.AU6, a.AU7 * 0.8) + 0.45 * old);
}

function cheekFolds(ctx: SKRSContext2D, sitting: Sitting, side: Side): void {
  const { view, marks, person } = sitting;
  const a = marks.au[side];
  const [cornerX, cornerY] = [marks.mouth.cornerX[side], marks.mouth.cornerY[side]];
  const wing = 0.18 * person.noseWidth;
  const depth = 0.8 * Math.max(a.AU12 * 0.9, a.AU10 * 0.9, a.AU9, a.AU20 * 0.35) + 0.4 * ageing(sitting);
  const startY = 0.32 - marks.noseWingUp;
  const bulge = 0.06 * a.AU12 + 0.05 * a.AU10;
  const fold = [
    view.on(wing * side, startY, 0.03),
    view.on((wing + 0.1 + bulge) * side, startY + 0.12),
    view.on((cornerX + 0.07 + bulge * 0.4) * side, cornerY - 0.08),
    view.on((cornerX + 0.075) * side, cornerY + 0.04 + 0.04 * a.AU10),
  ];
  crease(ctx, sitting, fold, depth);
  crease(
    ctx,
    sitting,
    [
      view.on((cornerX + 0.045) * side, cornerY - 0.035),
      view.on((cornerX + 0.065) * side, cornerY + 0.01),
      view.on((cornerX + 0.045) * side, cornerY + 0.05),
    ],
    a.AU14 * 0.9,
  );
  crease(
    ctx,
    sitting,
    [
      view.on((cornerX + 0.01) * side, cornerY + 0.03),
      view.on((cornerX + 0.035) * side, cornerY + 0.1),
      view.on((cornerX + 0.015) * side, cornerY + 0.18),
    ],
    a.AU15 * 0.8 + 0.25 * ageing(sitting) - 0.1,
  );
  const slack = view.on((cornerX + 0.05) * side, cornerY + 0.07);
  softSpot(
    ctx,
    slack,
    view.unit * 0.13,
    (alpha) => css(shadeOf(person, 0.5), alpha),
    0.25 * Math.max(a.AU15, a.AU20 * 0.6),
  );
}

function chinLines(ctx: SKRSContext2D, sitting: Sitting): void {
  const { view, marks, person } = sitting;
  const y = marks.mouth.lowerY + marks.mouth.lowerThick + 0.075 + marks.jawDrop * 0.1;
  const shade = (alpha: number): string => css(shadeOf(person, 0.5), alpha);
  softSpot(ctx, view.on(0, y), view.unit * 0.16, shade, 0.35 + 0.2 * marks.chinBoss);
  crease(
    ctx,
    sitting,
    [view.on(-0.15, y + 0.03), view.on(0, y - 0.02), view.on(0.15, y + 0.03)],
    0.25 + 0.65 * marks.chinBoss,
  );
  if (marks.chinBoss < 0.2) return;
  for (const [x, dy] of [
    [-0.1, 0.1],
    [0.02, 0.08],
    [0.1, 0.11],
    [-0.04, 0.15],
    [0.06, 0.16],
  ] as const) {
    const [px, py] = view.on(x, y + dy);
    ctx.beginPath();
    ctx.arc(px, py, view.unit * 0.018, 0, Math.PI * 2);
    ctx.fillStyle = shade(0.5 * marks.chinBoss);
    ctx.fill();
  }
}

/** Draws all folds; call before brows and mouth, which lie over them. */
export function drawFolds(ctx: SKRSContext2D, sitting: Sitting): void {
  foreheadLines(ctx, sitting);
  glabella(ctx, sitting);
  chinLines(ctx, sitting);
  for (const side of SIDES) {
    eyeFolds(ctx, sitting, side);
    cheekFolds(ctx, sitting, side);
  }
}
