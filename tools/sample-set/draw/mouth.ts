/** Owns the mouth: lips, teeth, tongue. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, hex, lit, mix, shaded } from '../colour.ts';
import { curve, strokeLine, taperedLine, type Point } from '../geometry.ts';
import type { Sitting } from './sitting.ts';

/** The four edges of the lips, picture left to right. */
interface Lips {
  upperOuter: Point[];
  upperInner: Point[];
  lowerInner: Point[];
  lowerOuter: Point[];
}

function lipsOf({ view, marks }: Sitting): Lips {
  const m = marks.mouth;
  const [lx, rx] = [-m.cornerX[-1], m.cornerX[1]];
  const [ly, ry] = [m.cornerY[-1], m.cornerY[1]];
  const lift = 0.06;
  /** A point `part` of the way from the middle (0) to a corner (1); `middleY` there, easing to the corner's y. */
  const at = (part: number, middleY: number, bend: number): Point => {
    const [cornerX, cornerY] = part < 0 ? [lx, ly] : [rx, ry];
    const t = Math.abs(part);
    const eased = t ** bend;
    return view.on(cornerX * t, middleY + (cornerY - middleY) * eased, lift * (1 - t));
  };
  const parts = [-1, -0.78, -0.42, -0.14, 0, 0.14, 0.42, 0.78, 1];
  const edge = (middleY: number, bend: number, extra: (t: number) => number): Point[] =>
    parts.map((p) => at(p, middleY + extra(Math.abs(p)), bend));
  const hump = (t: number): number => Math.max(0, 1 - Math.abs(t - 0.42) / 0.58);
  const open = m.lowerY - m.upperY;
  const bow = (t: number): number => (t < 0.05 ? 0.016 : t < 0.3 ? -0.006 : 0);
  return {
    upperOuter: edge(m.upperY - m.upperThick, 1.9, (t) => bow(t) * (1 - m.pressed) - m.sneer * hump(t)),
    upperInner: edge(
      m.upperY,
      open > 0.02 ? 2.2 : 1.8,
      (t) => (open < 0.02 && t < 0.05 ? 0.008 : 0) - m.sneer * hump(t),
    ),
    lowerInner: edge(m.lowerY, open > 0.02 ? 2.4 : 1.8, (t) =>
      open < 0.02 ? (t < 0.05 ? 0.008 : 0) - m.sneer * hump(t) : m.bare * hump(t),
    ),
    lowerOuter: edge(m.lowerY + m.lowerThick, 2.3, (t) => m.bare * hump(t)),
  };
}

function fillBetween(ctx: SKRSContext2D, top: Point[], bottom: Point[], style: string): void {
  ctx.beginPath();
  curve(ctx, top);
  curve(ctx, [...bottom].reverse(), false, true);
  ctx.closePath();
  ctx.fillStyle = style;
  ctx.fill();
}

/** What shows between parted lips. */
function drawInside(ctx: SKRSContext2D, { view, marks }: Sitting, lips: Lips): void {
  const m = marks.mouth;
  const a = marks.au[1];
  const unit = view.unit;
  const open = m.lowerY - m.upperY;
  ctx.save();
  ctx.beginPath();
  curve(ctx, lips.upperInner);
  curve(ctx, [...lips.lowerInner].reverse(), false, true);
  ctx.closePath();
  ctx.clip();
  const [cx, cy] = view.on(0, (m.upperY + m.lowerY) / 2);
  ctx.fillStyle = css(hex('#3d1413'));
  ctx.fillRect(cx - unit, cy - unit, unit * 2, unit * 2);
  if (open > 0.1) {
    const [tx, ty] = view.on(0, m.lowerY + 0.05);
    ctx.beginPath();
    ctx.ellipse(tx, ty, unit * 0.2, unit * (0.08 + open * 0.22), 0, 0, Math.PI * 2);
    ctx.fillStyle = css(hex('#b9514f'));
    ctx.fill();
  }
  const teeth = (edge: Point[], thick: number): void =>
    strokeLine(ctx, edge, css(hex('#f6f1e8')), thick * 2 * unit);
  const bareUpper = Math.min(
    0.1,
    0.03 + 0.075 * Math.max(a.AU12, a.AU10, a.AU20 * 0.6, a.AU22 * 0.6) + 0.015 * a.AU25,
  );
  teeth(lips.upperInner, Math.min(bareUpper, open > 0.14 ? 0.1 : open * 0.75 + 0.01));
  if (a.AU16 > 0.2 || a.AU20 > 0.3) teeth(lips.lowerInner, Math.min(0.055, 0.055 * Math.max(a.AU16, a.AU20)));
  strokeLine(ctx, lips.upperInner, css(hex('#2a0d0d'), 0.35), unit * 0.03);
  ctx.restore();
}

/** Draws the mouth. */
export function drawMouth(ctx: SKRSContext2D, sitting: Sitting): void {
  const { view, person, marks } = sitting;
  const m = marks.mouth;
  const lips = lipsOf(sitting);
  const unit = view.unit;
  const open = m.lowerY - m.upperY;
  const lowerLip = lit(person.lip, 0.1);
  fillBetween(ctx, lips.lowerInner, lips.lowerOuter, css(lowerLip));
  fillBetween(ctx, lips.upperOuter, lips.upperInner, css(shaded(person.lip, 0.1)));
  const shine = lips.lowerOuter.slice(3, 6).map(([x, y]): Point => [x, y - m.lowerThick * unit * 0.55]);
  if (m.lowerThick > 0.05) strokeLine(ctx, shine, css([255, 245, 240], 0.28), unit * 0.03);
  const dark = css(mix(hex('#3a120f'), shaded(person.lip, 0.6), 0.3));
  if (open > 0.02) drawInside(ctx, sitting, lips);
  else {
    const width = unit * (0.03 + 0.016 * m.pressed);
    taperedLine(
      ctx,
      lips.upperInner,
      [width * 0.7, width, width, width * 0.8, width * 0.8, width * 0.8, width, width, width * 0.7],
      dark,
    );
  }
  for (const side of [0, lips.upperInner.length - 1]) {
    const corner = lips.upperInner[side];
    if (!corner) continue;
    ctx.beginPath();
    ctx.arc(corner[0], corner[1], unit * 0.016, 0, Math.PI * 2);
    ctx.fillStyle = dark;
    ctx.fill();
  }
}
