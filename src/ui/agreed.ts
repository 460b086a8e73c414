/** What the user has agreed to have fetched from servers, which this browser remembers. */
import { parseJson } from '../lib/json.ts';
import type { Agreed } from '../store/set/set-choice.ts';
import { withStorage } from './storage.ts';

const key = 'mien-agreed';

const texts = new Set(withStorage(() => listOf(localStorage.getItem(key)), []));

export const agreed: Agreed = {
  has: (text) => texts.has(text),
  add(text) {
    texts.add(text);
    withStorage(() => localStorage.setItem(key, JSON.stringify([...texts])), undefined);
    return texts;
  },
};

function listOf(stored: string | null): string[] {
  const value = parseJson(stored ?? '[]');
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
