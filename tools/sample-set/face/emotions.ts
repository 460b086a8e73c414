/**
 * Owns which action units make which emotion, and how strongly.
 *
 * The combinations are the prototypes and major variants of EMFACS (Friesen & Ekman, EMFACS-7, 1983)
 * and of the FACS Investigator's Guide (Ekman, Friesen & Hager, 2002, table 10-1). EMFACS has no
 * entry for *content*: it is drawn here as a closed-lip AU12 of low intensity, often with a trace of
 * AU6 and relaxed lids, so that it lies between neutral and happy, as in real sets.
 */
import { atRest, LETTERS, type ActionUnit, type Intensities, type Letter } from './action-units.ts';
import type { Chance } from '../rng.ts';

/** The eight labels, in alphabetical order: class numbers are places in this list. */
export const EMOTIONS = [
  'anger',
  'content',
  'disgust',
  'fear',
  'happy',
  'neutral',
  'sad',
  'surprise',
] as const;

/** A label. */
export type Emotion = (typeof EMOTIONS)[number];

/** AU weights relative to the face's intensity; `alternatives` adds exactly one of its entries. */
interface Variant {
  readonly weight: number;
  readonly always: Partial<Intensities>;
  readonly alternatives?: readonly Partial<Intensities>[];
  /** Each joins with probability one half. */
  readonly sometimes?: Partial<Intensities>;
}

/** Variants of each emotion; see the data card for the same table in words. */
export const VARIANTS: Record<Emotion, readonly Variant[]> = {
  anger: [
    {
      weight: 4,
      always: { AU4: 1, AU7: 0.8 },
      alternatives: [{ AU23: 0.9 }, { AU24: 0.9 }, { AU23: 0.7, AU24: 0.6, AU17: 0.6 }],
      sometimes: { AU5: 0.6 },
    },
    {
      weight: 3,
      always: { AU4: 1, AU5: 0.7, AU7: 0.7, AU10: 0.6, AU25: 0.7 },
      alternatives: [{ AU22: 0.7, AU23: 0.5 }, { AU16: 0.7 }, { AU26: 0.6, AU16: 0.5 }],
    },
    { weight: 2, always: { AU4: 1 }, alternatives: [{ AU5: 0.8 }, { AU7: 0.9 }, { AU17: 0.8, AU24: 0.9 }] },
  ],
  content: [
    { weight: 4, always: { AU12: 0.5 }, sometimes: { AU6: 0.3, AU43: 0.3 } },
    { weight: 2, always: { AU12: 0.45, AU14: 0.5 }, sometimes: { AU43: 0.35, AU24: 0.3 } },
    { weight: 1, always: { AU12: 0.4, AU6: 0.4, AU43: 0.85 } },
  ],
  disgust: [
    {
      weight: 3,
      always: { AU9: 1, AU4: 0.4 },
      alternatives: [{ AU17: 0.7 }, { AU16: 0.7, AU25: 0.6 }, { AU15: 0.6, AU17: 0.5 }],
      sometimes: { AU7: 0.5, AU6: 0.4 },
    },
    {
      weight: 3,
      always: { AU10: 1 },
      alternatives: [{ AU17: 0.8 }, { AU15: 0.7 }, { AU16: 0.8, AU25: 0.7 }],
      sometimes: { AU9: 0.6, AU7: 0.5, AU4: 0.3 },
    },
    {
      weight: 2,
      always: { AU9: 0.9, AU10: 0.8, AU25: 0.6 },
      sometimes: { AU26: 0.5, AU16: 0.6, AU6: 0.4, AU4: 0.4 },
    },
  ],
  fear: [
    {
      weight: 4,
      always: { AU1: 0.9, AU2: 0.7, AU4: 0.7, AU5: 0.9 },
      alternatives: [
        { AU20: 0.9, AU25: 0.8 },
        { AU20: 0.8, AU25: 0.8, AU26: 0.6 },
        { AU26: 0.7, AU25: 0.7, AU20: 0.4 },
      ],
      sometimes: { AU7: 0.4 },
    },
    {
      weight: 2,
      always: { AU1: 0.9, AU2: 0.8, AU4: 0.6, AU5: 1 },
      alternatives: [{ AU25: 0.6 }, { AU26: 0.6, AU25: 0.6 }, { AU27: 0.7, AU20: 0.5 }],
    },
    { weight: 1, always: { AU5: 0.9, AU20: 1, AU25: 0.6 }, sometimes: { AU1: 0.7, AU4: 0.5 } },
  ],
  happy: [
    { weight: 5, always: { AU6: 0.8, AU12: 0.95, AU25: 0.8 }, sometimes: { AU26: 0.5, AU7: 0.3 } },
    { weight: 2, always: { AU6: 0.7, AU12: 0.85 } },
    { weight: 1, always: { AU12: 0.9, AU25: 0.6 }, sometimes: { AU2: 0.3, AU1: 0.3 } },
  ],
  neutral: [{ weight: 1, always: {} }],
  sad: [
    { weight: 4, always: { AU1: 1, AU4: 0.7, AU15: 0.8 }, sometimes: { AU17: 0.6, AU43: 0.4, AU7: 0.2 } },
    {
      weight: 2,
      always: { AU1: 0.9, AU4: 0.6 },
      alternatives: [
        { AU17: 0.7, AU15: 0.5 },
        { AU43: 0.5, AU15: 0.4 },
        { AU25: 0.4, AU43: 0.4, AU15: 0.5 },
      ],
    },
    {
      weight: 2,
      always: { AU15: 1, AU17: 0.6 },
      alternatives: [{ AU1: 0.6 }, { AU6: 0.5, AU1: 0.5 }, { AU4: 0.4, AU1: 0.5, AU43: 0.4 }],
    },
  ],
  surprise: [
    { weight: 4, always: { AU1: 0.9, AU2: 1, AU5: 0.6, AU25: 0.7, AU26: 1 } },
    { weight: 3, always: { AU1: 0.9, AU2: 1, AU5: 0.6, AU25: 0.8, AU27: 0.9 } },
    {
      weight: 2,
      always: { AU1: 0.9, AU2: 1 },
      alternatives: [{ AU5: 0.7 }, { AU26: 0.8, AU25: 0.6 }, { AU5: 0.5, AU25: 0.6, AU26: 0.4 }],
    },
  ],
};

/** How often a face shows each overall intensity: most people do not pose. */
const HOW_STRONG: readonly (readonly [Letter, number])[] = [
  ['A', 0.03],
  ['B', 0.12],
  ['C', 0.27],
  ['D', 0.33],
  ['E', 0.25],
];

/** Small AUs of a resting or speaking face, on any face, whatever its label. */
function addTraces(chance: Chance, into: Intensities, rate: number): void {
  const traces: ActionUnit[] = [
    'AU1',
    'AU2',
    'AU4',
    'AU7',
    'AU12',
    'AU14',
    'AU15',
    'AU17',
    'AU24',
    'AU25',
    'AU43',
  ];
  for (const name of traces) {
    if (chance.happens(rate)) into[name] = Math.min(1, into[name] + chance.between(0.04, 0.26));
  }
}

function blend(into: Intensities, from: Partial<Intensities>, chance: Chance, strength: number): void {
  for (const [name, weight] of Object.entries(from) as [ActionUnit, number][]) {
    // Muscles do not keep step: the AUs of one face differ in intensity.
    const value = strength * weight * Math.max(0.5, chance.normal(1.05, 0.16));
    into[name] = Math.max(into[name], Math.min(1, value));
  }
}

/**
 * Draws the action units of one face that shows an emotion.
 *
 * @param strength overall intensity, 0..1; drawn from A (trace) to E (maximum) if left out
 */
export function expressionOf(emotion: Emotion, chance: Chance, strength?: number): Intensities {
  const result = atRest();
  const letter = chance.weighted(HOW_STRONG);
  const level = strength ?? Math.min(1, Math.max(0.08, chance.normal(LETTERS[letter], 0.07)));
  const variant = chance.weighted(VARIANTS[emotion].map((v) => [v, v.weight] as const));
  blend(result, variant.always, chance, level);
  if (variant.alternatives) blend(result, chance.pick(variant.alternatives), chance, level);
  for (const [name, weight] of Object.entries(variant.sometimes ?? {}) as [ActionUnit, number][]) {
    if (chance.happens(0.5)) blend(result, { [name]: weight }, chance, level);
  }
  if (strength === undefined) addTraces(chance, result, emotion === 'neutral' ? 0.16 : 0.07);
  return result;
}
