/** Owns how a person is seen: head pose, gaze, light, background, and the camera's faults. */
import { hex, mix, type Rgb } from './colour.ts';
import type { Chance } from './rng.ts';

/** What lies behind the head. */
export const BACKDROPS = ['plain', 'gradient', 'bokeh', 'window', 'stripes', 'shelf'] as const;
export type Backdrop = (typeof BACKDROPS)[number];

/** One way of seeing a face. Angles in radians; lengths as parts of the picture's side. */
export interface Scene {
  /** Positive turns the face to the picture's right. */
  readonly yaw: number;
  /** Positive bows the face down. */
  readonly pitch: number;
  /** Positive tilts clockwise. */
  readonly roll: number;
  readonly gazeX: number;
  readonly gazeY: number;
  /** Positive: the picture's right side moves more, as most faces are a little uneven. */
  readonly asymmetry: number;
  readonly zoom: number;
  readonly offsetX: number;
  readonly offsetY: number;
  /** Where light comes from: angle in the picture plane, 0 right, -PI/2 above. */
  readonly lightAngle: number;
  readonly lightStrength: number;
  readonly lightColour: Rgb;
  readonly exposure: number;
  readonly backdrop: Backdrop;
  readonly backColour: Rgb;
  readonly backColour2: Rgb;
  readonly backSeed: number;
  /** Gaussian blur, pixels at a side of 128. */
  readonly blurPx: number;
  /** Deviation of the sensor's noise, in levels of 255. */
  readonly noiseLevels: number;
  readonly greyscale: boolean;
  readonly jpegQuality: number;
}

const BACK_COLOURS: readonly Rgb[] = [
  '#aabbbb',
  '#667788',
  '#ccbbaa',
  '#ddcccc',
  '#99aacc',
  '#bbaabb',
  '#99aa99',
  '#aa9988',
  '#3c4452',
  '#e8e4da',
  '#c7d3dc',
  '#7d6a5c',
  '#4f6660',
  '#d9b98c',
  '#8f7f9f',
  '#2a2c33',
].map(hex);

/** Draws a way of seeing. */
export function drawScene(chance: Chance): Scene {
  const back = chance.pick(BACK_COLOURS);
  return {
    yaw: chance.normal(0, 0.13),
    pitch: chance.normal(0.01, 0.07),
    roll: chance.normal(0, 0.055),
    gazeX: chance.normal(0, 0.2),
    gazeY: chance.normal(0, 0.15),
    asymmetry: chance.normal(0, 0.1),
    zoom: chance.normal(1, 0.04),
    offsetX: chance.normal(0, 0.012),
    offsetY: chance.normal(0, 0.012),
    lightAngle: chance.normal(-Math.PI / 2, 0.9),
    lightStrength: chance.between(0.15, 0.75),
    lightColour: chance.weighted([
      [hex('#fff6e8'), 4],
      [hex('#ffe2b8'), 2],
      [hex('#dfeaff'), 2],
      [hex('#ffd0c0'), 0.5],
    ]),
    exposure: chance.normal(1, 0.06),
    backdrop: chance.pick(BACKDROPS),
    backColour: back,
    backColour2: mix(back, chance.pick(BACK_COLOURS), chance.between(0.25, 0.8)),
    backSeed: Math.floor(chance.unit() * 1e9),
    blurPx: chance.happens(0.3) ? chance.between(0.2, 0.9) : 0,
    noiseLevels: chance.between(0, 4.5) + (chance.happens(0.12) ? chance.between(1, 4) : 0),
    greyscale: chance.happens(0.06),
    jpegQuality: Math.round(chance.between(74, 88)),
  };
}

/** Seen straight on in even light, without faults: for contact sheets and card figures. */
export function plainScene(backColour: Rgb): Scene {
  return {
    yaw: 0,
    pitch: 0,
    roll: 0,
    gazeX: 0,
    gazeY: 0,
    asymmetry: 0,
    zoom: 1,
    offsetX: 0,
    offsetY: 0,
    lightAngle: -2,
    lightStrength: 0.35,
    lightColour: hex('#fff6e8'),
    exposure: 1,
    backdrop: 'plain',
    backColour,
    backColour2: backColour,
    backSeed: 1,
    blurPx: 0,
    noiseLevels: 0,
    greyscale: false,
    jpegQuality: 90,
  };
}
