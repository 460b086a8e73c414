/**
 * Owns the 2.5D view: where a point of the face falls in the picture, and smooth curves through
 * such points.
 *
 * Face units: x to the picture's right, y down, z towards the viewer, origin between and just below
 * the eyes. The head is about 0.88 wide to each side, its crown at y = -1.2, its chin at y = 1.17.
 */
import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Scene } from './scene.ts';

/** x, y in pixels. */
export type Point = readonly [number, number];

/** Projects face units to pixels for one pose. */
export class View {
  /** Pixels per face unit. */
  readonly unit: number;
  private readonly originX: number;
  private readonly originY: number;
  private readonly sinYaw: number;
  private readonly cosYaw: number;
  private readonly sinPitch: number;
  private readonly cosPitch: number;
  private readonly sinRoll: number;
  private readonly cosRoll: number;

  /** @param sidePx side of the square picture, pixels */
  constructor(scene: Scene, sidePx: number) {
    this.unit = sidePx * 0.378 * scene.zoom;
    this.originX = sidePx * (0.5 + scene.offsetX);
    this.originY = sidePx * (0.5 + scene.offsetY);
    this.sinYaw = Math.sin(scene.yaw);
    this.cosYaw = Math.cos(scene.yaw);
    this.sinPitch = Math.sin(scene.pitch);
    this.cosPitch = Math.cos(scene.pitch);
    this.sinRoll = Math.sin(scene.roll);
    this.cosRoll = Math.cos(scene.roll);
  }

  /** A point at a known depth. */
  deep(x: number, y: number, z: number): Point {
    const turnedX = x * this.cosYaw + z * this.sinYaw;
    const turnedZ = z * this.cosYaw - x * this.sinYaw;
    const bowedY = y * this.cosPitch + turnedZ * this.sinPitch;
    return [
      this.originX + this.unit * (turnedX * this.cosRoll - bowedY * this.sinRoll),
      this.originY + this.unit * (turnedX * this.sinRoll + bowedY * this.cosRoll),
    ];
  }

  /** A point on the face's surface, an ellipsoid, raised by `lift`. */
  on(x: number, y: number, lift = 0): Point {
    const rest = 1 - (x / 1.02) ** 2 - (y / 1.5) ** 2;
    return this.deep(x, y, 0.8 * Math.sqrt(Math.max(rest, 0.04)) + lift);
  }

  /** A point that does not turn with the head (shoulders): only the picture's own shift. */
  still(x: number, y: number): Point {
    return [this.originX + this.unit * x, this.originY + this.unit * y];
  }
}

/**
 * Adds a smooth curve (Catmull and Rom's spline) through points to the current path.
 *
 * @param join true: draw a line to the first point instead of moving there
 */
export function curve(ctx: SKRSContext2D, points: readonly Point[], closed = false, join = false): void {
  const count = points.length;
  const at = (i: number): Point => {
    const index = closed ? (i + count) % count : Math.max(0, Math.min(count - 1, i));
    const point = points[index];
    if (!point) throw new RangeError('curve: expected at least one point, got none');
    return point;
  };
  const first = at(0);
  if (join) ctx.lineTo(first[0], first[1]);
  else ctx.moveTo(first[0], first[1]);
  for (let i = 0; i < (closed ? count : count - 1); i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    ctx.bezierCurveTo(
      b[0] + (c[0] - a[0]) / 6,
      b[1] + (c[1] - a[1]) / 6,
      c[0] - (d[0] - b[0]) / 6,
      c[1] - (d[1] - b[1]) / 6,
      c[0],
      c[1],
    );
  }
  if (closed) ctx.closePath();
}

/** Fills a closed smooth shape. */
export function fillShape(ctx: SKRSContext2D, points: readonly Point[], style: string): void {
  ctx.beginPath();
  curve(ctx, points, true);
  ctx.fillStyle = style;
  ctx.fill();
}

/** Strokes a smooth line with round ends. */
export function strokeLine(
  ctx: SKRSContext2D,
  points: readonly Point[],
  style: string,
  widthPx: number,
): void {
  ctx.beginPath();
  curve(ctx, points);
  ctx.strokeStyle = style;
  ctx.lineWidth = widthPx;
  ctx.lineCap = 'round';
  ctx.lineJoin = 'round';
  ctx.stroke();
}

/** Fills a line that is thin at both ends, as a crease or an eyebrow is; widths in pixels at each point. */
export function taperedLine(
  ctx: SKRSContext2D,
  points: readonly Point[],
  widthsPx: readonly number[],
  style: string,
): void {
  const upper: Point[] = [];
  const lower: Point[] = [];
  points.forEach(([x, y], i) => {
    const before = points[Math.max(0, i - 1)] ?? [x, y];
    const after = points[Math.min(points.length - 1, i + 1)] ?? [x, y];
    const length = Math.hypot(after[0] - before[0], after[1] - before[1]) || 1;
    const half = (widthsPx[i] ?? 0) / 2 / length;
    upper.push([x + (after[1] - before[1]) * half, y - (after[0] - before[0]) * half]);
    lower.unshift([x - (after[1] - before[1]) * half, y + (after[0] - before[0]) * half]);
  });
  ctx.beginPath();
  curve(ctx, upper);
  curve(ctx, lower, false, true);
  ctx.closePath();
  ctx.fillStyle = style;
  ctx.fill();
}
