/** Owns who is drawn: one imagined person's fixed features, and how they are drawn by chance. */
import { hex, lit, mix, shaded, luma, type Rgb } from '../colour.ts';
import type { Chance } from '../rng.ts';

/** Skin from light to dark, ten tones after the Monk Skin Tone scale's range. */
export const SKIN_TONES: readonly Rgb[] = [
  '#f7e1d3',
  '#f3d3bd',
  '#ecc4a2',
  '#e2b088',
  '#d09a70',
  '#b97f55',
  '#9c6640',
  '#85563a',
  '#6f4630',
  '#593625',
].map(hex);

/** Hair shapes; see draw/hair.ts. */
export const HAIR_STYLES = [
  'crop',
  'sidePart',
  'bob',
  'long',
  'curly',
  'afro',
  'bun',
  'bald',
  'buzz',
  'scarf',
  'fringe',
  'receding',
] as const;
export type HairStyle = (typeof HAIR_STYLES)[number];

/** Facial hair. */
export const BEARDS = ['none', 'stubble', 'moustache', 'goatee', 'full'] as const;
export type Beard = (typeof BEARDS)[number];

/** Spectacles. */
export const GLASSES = ['none', 'round', 'square', 'thin'] as const;
export type Glasses = (typeof GLASSES)[number];

/** Sizes and places of the features: lengths in face units, factors near 1. */
export interface Proportions {
  readonly faceWidth: number;
  readonly jawWidth: number;
  readonly chinLength: number;
  readonly eyeSize: number;
  readonly eyeApart: number;
  readonly eyeTilt: number;
  readonly lidRest: number;
  readonly browHeight: number;
  readonly browTilt: number;
  readonly browArch: number;
  readonly browThick: number;
  readonly noseLength: number;
  readonly noseWidth: number;
  readonly mouthWidth: number;
  readonly mouthDrop: number;
  readonly lipThick: number;
  readonly cornerRest: number;
}

/** An imagined person: colours, age and what is worn, on top of their proportions. */
export interface Person extends Proportions {
  readonly toneIndex: number;
  readonly skin: Rgb;
  readonly lip: Rgb;
  readonly hair: Rgb;
  readonly brow: Rgb;
  readonly iris: Rgb;
  readonly clothes: Rgb;
  readonly ageYears: number;
  readonly lashes: number;
  readonly freckles: boolean;
  readonly earrings: boolean;
  readonly hairStyle: HairStyle;
  readonly hairVolume: number;
  readonly partSide: 1 | -1;
  readonly beard: Beard;
  readonly glasses: Glasses;
  readonly glassesColour: Rgb;
  readonly collar: 'round' | 'vee' | 'shirt';
}

const HAIR_COLOURS: readonly (readonly [Rgb, number])[] = [
  [hex('#1d1a1c'), 5],
  [hex('#2c201b'), 5],
  [hex('#4a3022'), 5],
  [hex('#6e4a2c'), 3],
  [hex('#9a6a3a'), 2],
  [hex('#c99a58'), 2],
  [hex('#dcb878'), 1],
  [hex('#8c3b1e'), 1.3],
  [hex('#b5532a'), 0.7],
  [hex('#3c4a7a'), 0.2],
  [hex('#a3476e'), 0.2],
];
const IRISES: readonly Rgb[] = [
  '#3b2417',
  '#4a2e1a',
  '#5a3a20',
  '#6d5128',
  '#5c6b3c',
  '#4d6f86',
  '#5f8096',
  '#57656c',
].map(hex);
const CLOTHES: readonly Rgb[] = [
  '#33557a',
  '#7a4444',
  '#4b5a48',
  '#57477a',
  '#23262d',
  '#d5d0c8',
  '#88744a',
  '#2f6b66',
  '#b4654a',
  '#8a93a0',
  '#c8b05a',
  '#3f3b52',
].map(hex);

const UNDERTONES: readonly Rgb[] = ['#e8a080', '#d8b070', '#c09080'].map(hex);
const FRAMES: readonly Rgb[] = ['#22262c', '#5a3a22', '#7a2a2a', '#8a8f98', '#b09a5a'].map(hex);

function hairColour(chance: Chance, toneIndex: number, ageYears: number): Rgb {
  let colour = chance.weighted(HAIR_COLOURS);
  // Fair hair on very dark skin is rare; the set keeps it rare too.
  if (toneIndex > 5 && luma(colour) > 0.25 && chance.happens(0.85)) colour = hex('#1d1a1c');
  const grey = Math.max(0, Math.min(1, (ageYears - 42 + chance.normal(0, 8)) / 25));
  return mix(colour, chance.pick([hex('#b9b6b2'), hex('#d9d6d0'), hex('#8f8d8b')]), grey * 0.9);
}

function lipColour(chance: Chance, skin: Rgb): Rgb {
  const natural = mix(shaded(skin, 0.22), hex('#b0524e'), 0.42 - 0.18 * (1 - luma(skin)));
  return chance.happens(0.15)
    ? mix(natural, chance.pick([hex('#a3202f'), hex('#b8406a'), hex('#7a2a3a')]), 0.6)
    : natural;
}

const HAIR_STYLE_WEIGHTS: readonly (readonly [HairStyle, number])[] = [
  ['crop', 2.2],
  ['sidePart', 1.6],
  ['bob', 1.2],
  ['long', 1.5],
  ['curly', 1.2],
  ['afro', 0.3],
  ['bun', 0.9],
  ['bald', 0.1],
  ['buzz', 0.9],
  ['scarf', 0.6],
  ['fringe', 1.2],
  ['receding', 0.1],
];

/** What hair and beard depend on; `manly` runs from 0 to 1 and moves jaw and brows too. */
interface Stock {
  readonly toneIndex: number;
  readonly ageYears: number;
  readonly manly: number;
}

function drawHairStyle(chance: Chance, { toneIndex, ageYears, manly }: Stock): HairStyle {
  const likelier: Partial<Record<HairStyle, number>> = {
    ...(toneIndex > 5 && { afro: 1.6 }),
    ...(manly > 0.6 && { bald: 0.9 }),
    ...(manly > 0.5 && ageYears > 35 && { receding: 1.2 }),
  };
  return chance.weighted(
    HAIR_STYLE_WEIGHTS.map(([style, weight]) => [style, likelier[style] ?? weight] as const),
  );
}

function drawBeardKind(chance: Chance, hairStyle: HairStyle, manly: number): Beard {
  if (hairStyle === 'scarf' || manly < 0.55) return 'none';
  const weights = { none: 3, stubble: 1.6, moustache: 1, goatee: 0.9, full: 1.5 };
  return chance.weighted(BEARDS.map((beard) => [beard, weights[beard]] as const));
}

/** Sizes and places of the features. */
function drawProportions(chance: Chance, { toneIndex, ageYears, manly }: Stock): Proportions {
  const lipThick = 0.92 + 0.045 * toneIndex - (ageYears > 60 ? 0.15 : 0);
  return {
    faceWidth: chance.normal(1, 0.05),
    jawWidth: chance.normal(0.94 + 0.1 * manly, 0.06),
    chinLength: chance.normal(0, 0.05),
    eyeSize: chance.normal(1, 0.09),
    eyeApart: chance.normal(0, 0.022),
    eyeTilt: chance.normal(0.012, 0.018),
    lidRest: chance.normal(0, 0.012),
    browHeight: chance.normal(0, 0.03),
    browTilt: chance.normal(0, 0.028),
    browArch: chance.normal(0, 0.02),
    browThick: Math.max(0.55, chance.normal(0.85 + 0.35 * manly, 0.18)),
    noseLength: chance.normal(0, 0.035),
    noseWidth: chance.normal(1 + 0.02 * toneIndex, 0.12),
    mouthWidth: chance.normal(1, 0.09),
    mouthDrop: chance.normal(0, 0.025),
    lipThick: Math.max(0.5, chance.normal(lipThick, 0.17)),
    cornerRest: chance.normal(0, 0.016),
  };
}

/** Draws a person. Ages run from 18 to 84. */
export function drawPerson(chance: Chance): Person {
  const toneIndex = Math.floor(chance.unit() * SKIN_TONES.length);
  const base = SKIN_TONES[toneIndex] ?? hex('#d09a70');
  const skin = mix(base, chance.pick(UNDERTONES), chance.between(0, 0.14));
  const ageYears = Math.round(chance.happens(0.3) ? chance.between(55, 84) : chance.between(18, 55));
  const hair = hairColour(chance, toneIndex, ageYears);
  const stock: Stock = { toneIndex, ageYears, manly: chance.unit() };
  const hairStyle = drawHairStyle(chance, stock);
  return {
    toneIndex,
    skin,
    hair,
    ageYears,
    hairStyle,
    beard: drawBeardKind(chance, hairStyle, stock.manly),
    lip: lipColour(chance, skin),
    brow: mix(shaded(hair, 0.15), hex('#2a1a14'), luma(hair) > 0.55 ? 0.35 : 0.15),
    iris: toneIndex > 4 && chance.happens(0.85) ? hex('#3b2417') : chance.pick(IRISES),
    clothes: mix(chance.pick(CLOTHES), [128, 128, 128], chance.between(0, 0.25)),
    ...drawProportions(chance, stock),
    lashes: chance.happens(0.45) ? chance.between(0.4, 1) : 0,
    freckles: toneIndex < 4 && chance.happens(0.15),
    earrings: chance.happens(0.14),
    hairVolume: chance.between(0.85, 1.2),
    partSide: chance.happens(0.5) ? 1 : -1,
    glasses: chance.weighted(GLASSES.map((glasses) => [glasses, glasses === 'none' ? 7 : 1] as const)),
    glassesColour: chance.pick(FRAMES),
    collar: chance.pick(['round', 'vee', 'shirt']),
  };
}

/** Skin in shade, for folds and cast shadows. */
export function shadeOf(person: Person, amount: number): Rgb {
  return shaded(mix(person.skin, hex('#8a3a2a'), 0.12), amount);
}

/** Skin in light. */
export function glowOf(person: Person, amount: number): Rgb {
  return lit(person.skin, amount);
}
