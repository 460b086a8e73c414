/**
 * Owns one picture from start to end: paints a person with an expression in a scene, then lets the
 * camera have its faults.
 */
import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Intensities } from './action-units.ts';
import { css, hex, mix } from '../colour.ts';
import { drawBackdrop } from '../draw/backdrop.ts';
import { drawBrows, drawEyes, drawGlasses } from '../draw/eyes.ts';
import { drawFolds, drawNose } from '../draw/folds.ts';
import { drawBeard } from '../draw/beard.ts';
import { drawBackHair, drawFrontHair } from '../draw/hair.ts';
import { drawBehindHead, drawHead } from '../draw/head.ts';
import { drawMouth } from '../draw/mouth.ts';
import type { Sitting } from '../draw/sitting.ts';
import { View } from '../geometry.ts';
import { landmarksOf } from './landmarks.ts';
import type { Person } from './person.ts';
import { Chance } from '../rng.ts';
import type { Scene } from '../scene.ts';

/** What a picture shows. */
export interface Face {
  readonly person: Person;
  readonly intensities: Intensities;
  readonly scene: Scene;
}

/** Painted larger than shown, then scaled down: thin lines keep their places below one pixel. */
const OVERSAMPLING = 2;

function paintPerson(ctx: SKRSContext2D, sitting: Sitting): void {
  drawBackHair(ctx, sitting);
  drawBehindHead(ctx, sitting);
  drawHead(ctx, sitting);
  drawBeard(ctx, sitting);
  drawFolds(ctx, sitting);
  drawEyes(ctx, sitting);
  drawNose(ctx, sitting);
  drawMouth(ctx, sitting);
  drawFrontHair(ctx, sitting);
  drawBrows(ctx, sitting);
  drawGlasses(ctx, sitting);
}

/** One lamp: lightens the person on its side and darkens the other. */
function paintLight(ctx: SKRSContext2D, { scene }: Sitting, side: number): void {
  const [dx, dy] = [Math.cos(scene.lightAngle) * side * 0.42, Math.sin(scene.lightAngle) * side * 0.42];
  const sweep = ctx.createLinearGradient(side / 2 + dx, side / 2 + dy, side / 2 - dx, side / 2 - dy);
  const k = scene.lightStrength;
  sweep.addColorStop(0, css(scene.lightColour, 0.3 * k));
  sweep.addColorStop(0.45, css(scene.lightColour, 0));
  sweep.addColorStop(0.55, css(hex('#20142a'), 0));
  sweep.addColorStop(1, css(hex('#20142a'), 0.55 * k));
  ctx.save();
  ctx.globalCompositeOperation = 'source-atop';
  ctx.fillStyle = sweep;
  ctx.fillRect(0, 0, side, side);
  ctx.restore();
}

/** Exposure, white balance, grey, and noise, on the finished pixels. */
function develop(ctx: SKRSContext2D, scene: Scene, side: number, chance: Chance): void {
  const image = ctx.getImageData(0, 0, side, side);
  const { data } = image;
  const tint = mix([255, 255, 255], scene.lightColour, 0.5);
  const gain = tint.map((v) => (v / 255) * scene.exposure);
  for (let i = 0; i < data.length; i += 4) {
    let [r, g, b] = [
      (data[i] ?? 0) * (gain[0] ?? 1),
      (data[i + 1] ?? 0) * (gain[1] ?? 1),
      (data[i + 2] ?? 0) * (gain[2] ?? 1),
    ];
    if (scene.greyscale) r = g = b = 0.299 * r + 0.587 * g + 0.114 * b;
    // The sum of three uniforms is near enough to a normal, and much cheaper.
    const noise = (chance.unit() + chance.unit() + chance.unit() - 1.5) * 2 * scene.noiseLevels;
    data[i] = r + noise;
    data[i + 1] = g + noise;
    data[i + 2] = b + noise;
  }
  ctx.putImageData(image, 0, 0);
}

/** The canvases of one size. */
interface Easel {
  layer: Canvas;
  whole: Canvas;
  shown: Canvas;
}
const easels = new Map<number, Easel>();

/** Canvases are kept: their pixels lie outside the garbage collector's sight, so new ones for each face pile up. */
function easelFor(sidePx: number): Easel {
  const large = sidePx * OVERSAMPLING;
  const easel = easels.get(sidePx) ?? {
    layer: createCanvas(large, large),
    whole: createCanvas(large, large),
    shown: createCanvas(sidePx, sidePx),
  };
  easels.set(sidePx, easel);
  return easel;
}

/**
 * Paints one face.
 *
 * @param sidePx side of the square picture, pixels
 * @returns an opaque canvas of `sidePx` by `sidePx`, which the next call with this size paints over
 */
export function paintFace({ person, intensities, scene }: Face, sidePx: number): Canvas {
  const large = sidePx * OVERSAMPLING;
  const marks = landmarksOf(person, intensities, scene.asymmetry, scene.pitch);
  const sitting: Sitting = { person, scene, marks, view: new View(scene, large) };
  const { layer, whole, shown } = easelFor(sidePx);
  const layerCtx = layer.getContext('2d');
  layerCtx.clearRect(0, 0, large, large);
  paintPerson(layerCtx, sitting);
  paintLight(layerCtx, sitting, large);
  const wholeCtx = whole.getContext('2d');
  drawBackdrop(wholeCtx, scene, large);
  wholeCtx.drawImage(layer, 0, 0);
  const ctx = shown.getContext('2d');
  ctx.imageSmoothingEnabled = true;
  ctx.imageSmoothingQuality = 'medium';
  ctx.drawImage(whole, 0, 0, sidePx, sidePx);
  // Blurred over the sharp one: at the border a blur alone would fade to black.
  if (scene.blurPx > 0) {
    ctx.filter = `blur(${(scene.blurPx * sidePx) / 128}px)`;
    ctx.drawImage(whole, 0, 0, sidePx, sidePx);
    ctx.filter = 'none';
  }
  develop(ctx, scene, sidePx, new Chance(scene.backSeed, 1));
  return shown;
}
