/** Light or dark: the system's until the user chooses, then the choice, which this browser remembers. */

/** What the user chose; null follows the system. */
export type ThemeChoice = 'light' | 'dark' | null;

const key = 'mien-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

let choice: ThemeChoice = storedChoice();

function storedChoice(): ThemeChoice {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : null;
  } catch (error) {
    // Storage is forbidden (a private window, a strict setting): the system's theme it is.
    if (error instanceof DOMException) return null;
    throw error;
  }
}

function store(value: ThemeChoice): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch (error) {
    // The choice then lasts as long as the page.
    if (!(error instanceof DOMException)) throw error;
  }
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
