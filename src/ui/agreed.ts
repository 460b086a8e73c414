/** What the user has agreed to have fetched from servers, which this browser remembers until all here is forgotten. */
import type { Agreed } from '../store/set/set-choice.ts';
import { withStorage } from './storage.ts';

const keyOf = (text: string): string => `mien-agreed ${text}`;

export const agreed: Agreed = {
  has: (text) => withStorage(() => localStorage.getItem(keyOf(text)) !== null, false),
  add: (text) => withStorage(() => localStorage.setItem(keyOf(text), ''), undefined),
};
