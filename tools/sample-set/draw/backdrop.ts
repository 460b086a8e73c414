/** Owns what lies behind the person. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, lit, mix, shaded, type Rgb } from '../colour.ts';
import { Chance } from '../rng.ts';
import type { Backdrop, Scene } from '../scene.ts';
import { dot } from './head.ts';

/** Paints over a ground of the first colour. */
type Painter = (ctx: SKRSContext2D, colours: readonly [Rgb, Rgb], chance: Chance, side: number) => void;

const gradient: Painter = (ctx, [first, second], chance, side) => {
  const angle = chance.between(0, Math.PI * 2);
  const [dx, dy] = [(Math.cos(angle) * side) / 2, (Math.sin(angle) * side) / 2];
  const sweep = ctx.createLinearGradient(side / 2 - dx, side / 2 - dy, side / 2 + dx, side / 2 + dy);
  sweep.addColorStop(0, css(first));
  sweep.addColorStop(1, css(second));
  ctx.fillStyle = sweep;
  ctx.fillRect(0, 0, side, side);
};

const bokeh: Painter = (ctx, [first, second], chance, side) => {
  for (let i = 0; i < 16; i++) {
    const place = [chance.unit() * side, chance.unit() * side] as const;
    const radiusPx = side * chance.between(0.03, 0.13);
    const colour = mix(second, lit(first, 0.5), chance.unit());
    dot(ctx, place, radiusPx, css(colour, chance.between(0.15, 0.5)));
  }
};

const window: Painter = (ctx, [, second], chance, side) => {
  const [x, y] = [chance.between(-0.1, 0.7) * side, chance.between(-0.2, 0.2) * side];
  ctx.fillStyle = css(lit(second, 0.55));
  ctx.fillRect(x, y, side * 0.45, side * 0.7);
  ctx.fillStyle = css(shaded(second, 0.25));
  ctx.fillRect(x + side * 0.21, y, side * 0.03, side * 0.7);
  ctx.fillRect(x, y + side * 0.3, side * 0.45, side * 0.03);
};

const stripes: Painter = (ctx, [first, second], chance, side) => {
  const width = side * chance.between(0.05, 0.16);
  ctx.save();
  ctx.translate(side / 2, side / 2);
  ctx.rotate(chance.pick([0, Math.PI / 2, Math.PI / 4, -Math.PI / 5]));
  ctx.fillStyle = css(mix(first, second, 0.6));
  for (let x = -side; x < side; x += width * 2) ctx.fillRect(x, -side, width, side * 2);
  ctx.restore();
};

const shelf: Painter = (ctx, [first, second], chance, side) => {
  for (let row = 0; row < 3; row++) {
    const board = side * (0.32 + row * 0.34);
    let x = 0;
    while (x < side) {
      const width = side * chance.between(0.03, 0.09);
      const height = side * chance.between(0.2, 0.3);
      const paint = mix(first, second, chance.unit());
      const spine: Rgb = [chance.between(60, 200), chance.between(60, 200), chance.between(60, 200)];
      ctx.fillStyle = css(mix(paint, spine, 0.35));
      ctx.fillRect(x, board - height, width, height);
      x += width + side * 0.006;
    }
    ctx.fillStyle = css(shaded(first, 0.45));
    ctx.fillRect(0, board, side, side * 0.025);
  }
};

const PAINTERS: Record<Exclude<Backdrop, 'plain'>, Painter> = { gradient, bokeh, window, stripes, shelf };

/** Fills the whole picture, `side` pixels wide and high. */
export function drawBackdrop(ctx: SKRSContext2D, scene: Scene, side: number): void {
  ctx.fillStyle = css(scene.backColour);
  ctx.fillRect(0, 0, side, side);
  if (scene.backdrop === 'plain') return;
  const colours = [scene.backColour, scene.backColour2] as const;
  PAINTERS[scene.backdrop](ctx, colours, new Chance(scene.backSeed, 0), side);
}
