/**
 * Owns what each action unit does to the face: where brows, lids, nose and mouth lie, in face units.
 *
 * This is the one place where muscles move features; everything under draw/ only paints.
 */
import type { Intensities } from './action-units.ts';
import type { Person } from './person.ts';

/** -1 the picture's left, 1 its right. */
export type Side = -1 | 1;
/** Both sides. */
export const SIDES: readonly Side[] = [-1, 1];

/** x (from the middle outwards, so the same on both sides) and y, face units. */
type Place = readonly [number, number];

/** One eyebrow: from the middle outwards. */
export interface Brow {
  readonly inner: Place;
  readonly middle: Place;
  readonly peak: Place;
  readonly outer: Place;
}

/** One eye: centre, half width, and how far each lid stands from the centre line (up is positive for both). */
export interface Eye {
  readonly centre: Place;
  readonly half: number;
  readonly upper: number;
  readonly lower: number;
  /** Raises the inner part of the upper lid (AU1 with AU4 makes it slant). */
  readonly slant: number;
  readonly tilt: number;
}

/** The mouth. Corner x differs by side; y grows downwards. */
export interface Mouth {
  readonly cornerX: Record<Side, number>;
  readonly cornerY: Record<Side, number>;
  /** Middle of the upper lip's lower edge, and of the lower lip's upper edge. */
  readonly upperY: number;
  readonly lowerY: number;
  readonly upperThick: number;
  readonly lowerThick: number;
  /** Raises the upper lip beside the middle (AU10), which squares it. */
  readonly sneer: number;
  /** Lowers the lower lip beside the middle (AU16, AU20). */
  readonly bare: number;
  /** How much the lips roll in (AU23, AU24). */
  readonly pressed: number;
}

/** Everything that action units move. */
export interface Landmarks {
  readonly brows: Record<Side, Brow>;
  readonly eyes: Record<Side, Eye>;
  readonly mouth: Mouth;
  /** How far the chin hangs lower than at rest. */
  readonly jawDrop: number;
  readonly noseWingUp: number;
  readonly chinBoss: number;
  /** Effective intensities of each side, after asymmetry. */
  readonly au: Record<Side, Intensities>;
}

function sided(au: Intensities, asymmetry: number, side: Side): Intensities {
  const gain = 1 + side * asymmetry;
  return Object.fromEntries(
    Object.entries(au).map(([name, value]) => [name, Math.min(1.1, value * gain)]),
  ) as Intensities;
}

function browOf(person: Person, a: Intensities): Brow {
  const y = -0.4 - person.browHeight - 0.02 * a.AU5 + 0.05 * a.AU9 + 0.015 * a.AU7;
  // With AU1, AU4 no longer lowers the inner end: it draws it inwards, and the brow slants.
  const frown = 0.145 * a.AU4 * (1 - 0.85 * Math.min(1, a.AU1 * 1.2));
  const drawnIn = 0.07 * a.AU4 + 0.02 * a.AU9;
  const tilt = person.browTilt;
  return {
    inner: [0.17 - drawnIn, y - 0.025 + tilt - 0.19 * a.AU1 + frown + 0.05 * a.AU9],
    middle: [
      0.34 - drawnIn * 0.7,
      y - 0.055 + tilt * 0.4 - 0.1 * a.AU1 - 0.07 * a.AU2 + 0.095 * a.AU4 * (1 - 0.5 * a.AU1),
    ],
    peak: [0.5 - drawnIn * 0.3, y - 0.065 - person.browArch - 0.02 * a.AU1 - 0.17 * a.AU2 + 0.06 * a.AU4],
    outer: [0.67, y + 0.02 - tilt * 0.6 - 0.13 * a.AU2 + 0.03 * a.AU4 + 0.02 * a.AU6],
  };
}

function eyeOf(person: Person, a: Intensities, pitch: number): Eye {
  const size = person.eyeSize;
  const sag = Math.max(0, (person.ageYears - 50) / 34) * 0.012;
  const open = (0.112 + person.lidRest) * size - sag - 0.05 * pitch;
  const shut = Math.min(1, a.AU43);
  const upper =
    (open +
      0.08 * a.AU5 +
      0.012 * a.AU2 -
      0.018 * a.AU4 * (1 - a.AU1) -
      0.03 * a.AU7 -
      0.012 * a.AU6 -
      0.02 * a.AU9) *
      (1 - 0.85 * shut) -
    0.02 * shut;
  const lower =
    -0.07 * size +
    0.038 * a.AU7 +
    0.06 * a.AU6 +
    0.015 * a.AU12 +
    0.03 * a.AU9 +
    0.01 * a.AU10 -
    0.008 * a.AU5;
  return {
    centre: [0.38 + person.eyeApart, -0.1],
    half: 0.215 * size * (1 - 0.04 * a.AU6),
    upper: Math.max(upper, lower + 0.008),
    lower,
    slant: 0.045 * Math.min(a.AU1, a.AU4 + 0.4 * a.AU15) - 0.035 * a.AU4 * (1 - Math.min(1, a.AU1 * 1.3)),
    tilt: person.eyeTilt - 0.018 * a.AU15,
  };
}

/** How far the lips part, before corners move. */
function mouthOpening(a: Intensities): number {
  const parted = 0.065 * a.AU25 + 0.035 * Math.max(a.AU10, a.AU12) * a.AU25;
  return parted + 0.17 * a.AU26 + 0.31 * a.AU27 + 0.04 * a.AU16 + 0.03 * a.AU22;
}

function cornerOf(person: Person, a: Intensities): Place {
  const x =
    0.345 * person.mouthWidth +
    0.15 * a.AU12 +
    0.15 * a.AU20 +
    0.035 * a.AU14 +
    0.01 * a.AU15 -
    0.035 * a.AU26 -
    0.07 * a.AU27 -
    0.05 * a.AU22 -
    0.035 * a.AU23 -
    0.01 * a.AU24 -
    0.03 * a.AU17;
  const y =
    -person.cornerRest -
    0.15 * a.AU12 +
    0.135 * a.AU15 +
    0.035 * a.AU20 -
    0.01 * a.AU14 +
    0.05 * a.AU26 +
    0.09 * a.AU27 +
    0.02 * a.AU17 -
    0.015 * a.AU6 +
    0.025 * a.AU10;
  return [x, y];
}

function mouthOf(person: Person, au: Record<Side, Intensities>, a: Intensities): Mouth {
  const y = 0.67 + person.mouthDrop;
  const [right, left] = [cornerOf(person, au[1]), cornerOf(person, au[-1])];
  const opening = mouthOpening(a);
  const lift = 0.095 * a.AU10 + 0.03 * a.AU9 + 0.02 * a.AU12 * a.AU25 + 0.045 * a.AU17 - 0.02 * a.AU15;
  const pressed = Math.min(1, 0.8 * a.AU23 + 0.85 * a.AU24);
  const thin = (1 - 0.62 * pressed) * (1 - 0.25 * a.AU12) * (1 - 0.3 * a.AU20) * (1 + 0.45 * a.AU22);
  return {
    cornerX: { 1: right[0], [-1]: left[0] },
    cornerY: { 1: y + right[1], [-1]: y + left[1] },
    upperY: y - lift + 0.022 * a.AU12 * (1 - a.AU25),
    lowerY: y - lift * (opening > 0.02 ? 0.35 : 1) + opening + 0.022 * a.AU12 * (1 - a.AU25),
    upperThick: 0.074 * person.lipThick * thin * (1 - 0.2 * a.AU10),
    lowerThick: 0.1 * person.lipThick * thin * (1 + 0.15 * a.AU17),
    sneer: 0.06 * a.AU10 + 0.02 * a.AU9 + 0.02 * a.AU22,
    bare: 0.05 * a.AU16 + 0.045 * a.AU20 * Math.min(1, opening / 0.05) + 0.02 * a.AU22,
    pressed,
  };
}

/** Moves a person's features by action units. */
export function landmarksOf(
  person: Person,
  intensities: Intensities,
  asymmetry: number,
  pitch: number,
): Landmarks {
  const au = { 1: sided(intensities, asymmetry, 1), [-1]: sided(intensities, asymmetry, -1) } as Record<
    Side,
    Intensities
  >;
  const a = intensities;
  return {
    brows: { 1: browOf(person, au[1]), [-1]: browOf(person, au[-1]) },
    eyes: { 1: eyeOf(person, au[1], pitch), [-1]: eyeOf(person, au[-1], pitch) },
    mouth: mouthOf(person, au, a),
    jawDrop: 0.1 * a.AU26 + 0.2 * a.AU27 + 0.015 * a.AU25 - 0.025 * a.AU17,
    noseWingUp: 0.055 * a.AU9 + 0.035 * a.AU10 + 0.01 * a.AU12,
    chinBoss: a.AU17,
    au,
  };
}
