/** Light or dark: the system's until the user chooses, then the choice, which this browser remembers. */

import { withStorage } from './storage.ts';

/** What the user chose; null follows the system. */
export type ThemeChoice = 'light' | 'dark' | null;

const key = 'mien-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

let choice: ThemeChoice = storedChoice();

function storedChoice(): ThemeChoice {
  const value = withStorage(() => localStorage.getItem(key), null);
  return value === 'light' || value === 'dark' ? value : null;
}

/** Where it may not be remembered, the choice lasts as long as the page. */
function store(value: ThemeChoice): void {
  withStorage(() => {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  }, undefined);
}

/** Puts the choice on the page's root, where the tokens read it. */
export function applyTheme(): void {
  if (choice === null) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = choice;
}

/** Whether the page is dark now. */
function isDark(): boolean {
  return choice === null ? dark.matches : choice === 'dark';
}

/** Changes between light and dark; choosing what the system has gives the choice back to it. */
export function toggleTheme(): void {
  const next = isDark() ? 'light' : 'dark';
  choice = (next === 'dark') === dark.matches ? null : next;
  store(choice);
  applyTheme();
}
