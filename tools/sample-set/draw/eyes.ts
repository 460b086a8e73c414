/** Owns eyes and eyebrows. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, hex, mix, shaded } from '../colour.ts';
import { curve, fillShape, strokeLine, taperedLine, type Point } from '../geometry.ts';
import { SIDES, type Eye, type Side } from '../face/landmarks.ts';
import { glowOf, shadeOf } from '../face/person.ts';
import type { Sitting } from './sitting.ts';

/** Points of both lids, inner corner to outer corner. */
function lids({ view }: Sitting, eye: Eye, side: Side): { upper: Point[]; lower: Point[] } {
  const [cx, cy] = eye.centre;
  const at = (along: number, up: number): Point =>
    view.on((cx + eye.half * along) * side, cy - up - eye.tilt * along);
  const { upper: u, lower: l, slant } = eye;
  return {
    upper: [
      at(-1, -0.012),
      at(-0.62, u * 0.66 + slant),
      at(-0.1, u + slant * 0.4),
      at(0.5, u * 0.82 - slant * 0.7),
      at(1, 0),
    ],
    lower: [at(-1, -0.012), at(-0.55, l * 0.75), at(0.05, l), at(0.6, l * 0.85), at(1, 0)],
  };
}

function drawBall(
  ctx: SKRSContext2D,
  { view, person, scene }: Sitting,
  eye: Eye,
  side: Side,
  rim: Point[],
): void {
  ctx.save();
  ctx.beginPath();
  curve(ctx, rim);
  ctx.closePath();
  ctx.fillStyle = css(mix(hex('#fbf8f4'), person.skin, 0.06));
  ctx.fill();
  ctx.clip();
  const [cx, cy] = eye.centre;
  const unit = view.unit;
  const [ix, iy] = view.on(
    cx * side + 0.055 * Math.max(-1.6, Math.min(1.6, scene.gazeX + scene.yaw)),
    cy - 0.012 + 0.05 * scene.gazeY,
  );
  const radius = unit * 0.108 * person.eyeSize ** 0.5;
  const disc = (x: number, y: number, r: number, style: string): void => {
    ctx.beginPath();
    ctx.arc(x, y, r, 0, Math.PI * 2);
    ctx.fillStyle = style;
    ctx.fill();
  };
  disc(ix, iy, radius, css(shaded(person.iris, 0.45)));
  disc(ix, iy + radius * 0.08, radius * 0.82, css(person.iris));
  disc(ix, iy, radius * 0.48, css(hex('#120c0a')));
  disc(
    ix - radius * 0.32 * (scene.lightAngle < -Math.PI / 2 ? 1 : -1),
    iy - radius * 0.36,
    radius * 0.26,
    css([255, 255, 255], 0.92),
  );
  // The upper lid casts a shadow on the ball.
  const top = view.on(cx * side, cy - eye.upper);
  const cast = ctx.createLinearGradient(top[0], top[1], top[0], top[1] + unit * 0.08);
  cast.addColorStop(0, css(hex('#3a2420'), 0.4));
  cast.addColorStop(1, css(hex('#3a2420'), 0));
  ctx.fillStyle = cast;
  ctx.fillRect(top[0] - unit, top[1] - unit, unit * 2, unit * 1.1);
  ctx.restore();
}

function drawEye(ctx: SKRSContext2D, sitting: Sitting, side: Side): void {
  const { view, person, marks } = sitting;
  const eye = marks.eyes[side];
  const unit = view.unit;
  const { upper, lower } = lids(sitting, eye, side);
  if (eye.upper - eye.lower > 0.025) drawBall(ctx, sitting, eye, side, [...upper, ...[...lower].reverse()]);
  const line = css(mix(hex('#241410'), shadeOf(person, 0.8), 0.25));
  const heavy = unit * (0.032 + 0.014 * person.lashes);
  taperedLine(ctx, upper, [heavy * 0.5, heavy, heavy * 1.15, heavy * 1.15, heavy * 0.6], line);
  taperedLine(
    ctx,
    lower,
    [0, unit * 0.012, unit * 0.016, unit * 0.018, unit * 0.01],
    css(shadeOf(person, 0.6), 0.8),
  );
  if (person.lashes > 0) {
    const [tip, root] = [
      view.on((eye.centre[0] + eye.half * 1.22) * side, eye.centre[1] - 0.05 - eye.tilt),
      upper[4],
    ];
    if (root) taperedLine(ctx, [root, tip], [heavy * 1.1, 0], line);
  }
  drawLidFold(ctx, sitting, eye, side);
}

function drawLidFold(ctx: SKRSContext2D, { view, person, marks }: Sitting, eye: Eye, side: Side): void {
  const a = marks.au[side];
  const [cx, cy] = eye.centre;
  const gap = Math.max(0.018, 0.05 - 0.04 * a.AU5 - 0.03 * a.AU4);
  const at = (along: number, up: number): Point =>
    view.on((cx + eye.half * along) * side, cy - up - eye.tilt * along);
  const fold = [
    at(-0.85, eye.upper * 0.45 + gap * 0.7 + eye.slant * 0.8),
    at(-0.1, eye.upper + gap + eye.slant * 0.4),
    at(0.6, eye.upper * 0.8 + gap),
    at(1.08, gap * 0.7),
  ];
  const unit = view.unit;
  taperedLine(ctx, fold, [0, unit * 0.022, unit * 0.022, 0], css(shadeOf(person, 0.5), 0.55));
}

function drawBrow(ctx: SKRSContext2D, { view, person, marks }: Sitting, side: Side): void {
  const { inner, middle, peak, outer } = marks.brows[side];
  const points = [inner, middle, peak, outer].map(([x, y]) => view.on(x * side, y, 0.03));
  const thick = view.unit * 0.075 * person.browThick;
  taperedLine(ctx, points, [thick * 0.85, thick * 1.05, thick * 0.85, thick * 0.12], css(person.brow, 0.93));
  const start = points[0];
  if (start) {
    ctx.beginPath();
    ctx.arc(start[0], start[1], thick * 0.42, 0, Math.PI * 2);
    ctx.fillStyle = css(person.brow, 0.8);
    ctx.fill();
  }
}

/** Draws both eyes. */
export function drawEyes(ctx: SKRSContext2D, sitting: Sitting): void {
  const { view, person } = sitting;
  for (const side of SIDES) {
    const { centre, half, upper } = sitting.marks.eyes[side];
    // A lighter lid between eye and fold, so that a shut eye reads as a lid and not as a line.
    const lid = [
      [-0.9, 0.01],
      [-0.2, upper + 0.03],
      [0.6, upper * 0.8 + 0.03],
      [1, 0.02],
      [0, -0.02],
    ].map(([along = 0, up = 0]) => view.on((centre[0] + half * along) * side, centre[1] - up));
    fillShape(ctx, lid, css(glowOf(person, 0.08), 0.7));
    drawEye(ctx, sitting, side);
  }
}

/** Draws both eyebrows. */
export function drawBrows(ctx: SKRSContext2D, sitting: Sitting): void {
  for (const side of SIDES) drawBrow(ctx, sitting, side);
}

/** Draws spectacles, over everything on the face. */
export function drawGlasses(ctx: SKRSContext2D, { view, person }: Sitting): void {
  if (person.glasses === 'none') return;
  const width = view.unit * (person.glasses === 'thin' ? 0.022 : 0.042);
  const colour = css(person.glassesColour);
  const eyeX = 0.39 + person.eyeApart;
  const square = person.glasses === 'square';
  for (const side of SIDES) {
    const ring: Point[] = [];
    for (let step = 0; step < 16; step++) {
      const angle = (step / 16) * Math.PI * 2;
      const squash = (v: number): number => (square ? Math.sign(v) * Math.abs(v) ** 0.45 : v);
      ring.push(
        view.on(
          (eyeX + squash(Math.cos(angle)) * 0.265) * side,
          -0.08 + squash(Math.sin(angle)) * (square ? 0.2 : 0.25),
          0.12,
        ),
      );
    }
    fillShape(ctx, ring, css([235, 245, 255], 0.1));
    strokeLine(ctx, [...ring, ...ring.slice(0, 2)], colour, width);
    strokeLine(
      ctx,
      [view.on((eyeX + 0.27) * side, -0.12, 0.12), view.deep(0.92 * person.faceWidth * side, -0.14, 0)],
      colour,
      width,
    );
  }
  strokeLine(
    ctx,
    [view.on(-(eyeX - 0.255), -0.1, 0.14), view.on(0, -0.15, 0.2), view.on(eyeX - 0.255, -0.1, 0.14)],
    colour,
    width,
  );
}
