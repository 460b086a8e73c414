/** Shares said as people say them: three in five, nearly all. */
import { countInWords } from '../../lib/format.ts';

const denominators = [2, 3, 4, 5, 6, 7, 8, 9, 10, 20];

/** How far off a fraction may be: three points, less where the share is near nothing or all. */
function nearEnough(share: number): number {
  return Math.min(0.03, 0.12 * Math.min(share, 1 - share));
}

/** A share from 0 to 1 of some things, such as `about three faces in five`. */
export function shareInWords(share: number, noun: string): string {
  if (share > 0.985) return share === 1 ? `all ${noun}` : `nearly all ${noun}`;
  if (share < 0.02) return `hardly any ${noun}`;
  const fraction = simplestFraction(share);
  const things = fraction.top === 1 ? singularOf(noun) : noun;
  return `about ${countInWords(fraction.top)} ${things} in ${countInWords(fraction.bottom)}`;
}

/** `faces` to `face`; the nouns that sources give are plain plurals. */
export function singularOf(noun: string): string {
  return noun.endsWith('s') ? noun.slice(0, -1) : noun;
}

function simplestFraction(share: number): { top: number; bottom: number } {
  let best = { top: 1, bottom: 2, error: Infinity };
  for (const bottom of denominators) {
    const top = Math.min(bottom - 1, Math.max(1, Math.round(share * bottom)));
    const error = Math.abs(share - top / bottom);
    if (error < best.error) best = { top, bottom, error };
    if (best.error < nearEnough(share)) break;
  }
  return best;
}
