/**
 * Owns the facial action units (AUs) that the drawings know, and what intensity means.
 *
 * FACS describes a face by which muscles act, not by what is felt: Ekman & Friesen, Facial Action
 * Coding System (1978); Ekman, Friesen & Hager, FACS (2002). Coders grade each AU from A (trace) to
 * E (maximum). Here an AU is a number in 0..1, and the letters name its fifths.
 */

/** The AUs drawn, with FACS' names. */
export const ACTION_UNITS = {
  AU1: 'inner brow raiser',
  AU2: 'outer brow raiser',
  AU4: 'brow lowerer',
  AU5: 'upper lid raiser',
  AU6: 'cheek raiser',
  AU7: 'lid tightener',
  AU9: 'nose wrinkler',
  AU10: 'upper lip raiser',
  AU12: 'lip corner puller',
  AU14: 'dimpler',
  AU15: 'lip corner depressor',
  AU16: 'lower lip depressor',
  AU17: 'chin raiser',
  AU20: 'lip stretcher',
  AU22: 'lip funneler',
  AU23: 'lip tightener',
  AU24: 'lip pressor',
  AU25: 'lips part',
  AU26: 'jaw drop',
  AU27: 'mouth stretch',
  AU43: 'eye closure',
} as const;

/** Name of an action unit. */
export type ActionUnit = keyof typeof ACTION_UNITS;

/** All names, in FACS' order. */
export const ACTION_UNIT_NAMES = Object.keys(ACTION_UNITS) as ActionUnit[];

/** Intensity of each AU, 0 (absent) to 1 (E, maximum). */
export type Intensities = Record<ActionUnit, number>;

/** Intensity letters, A to E, and the middle of the fifth that each names. */
export const LETTERS = { A: 0.12, B: 0.32, C: 0.54, D: 0.78, E: 1 } as const;

/** An intensity letter. */
export type Letter = keyof typeof LETTERS;

/** A face at rest. */
export function atRest(): Intensities {
  return Object.fromEntries(ACTION_UNIT_NAMES.map((name) => [name, 0])) as Intensities;
}
