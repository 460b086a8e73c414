/**
 * Owns the end of a visit on a shared computer: where the user chose it, all that is kept is forgotten when their tabs are
 * closed. A page that closes has no time for it, so the next one does it before it shows anything.
 */

import { withStorage } from './storage.ts';

/** In `localStorage`: which visit is to be forgotten. In `sessionStorage`: of which visit this tab is. */
const key = 'mien-visit';

/** Held by each tab as long as it is open. */
const LOCK = 'mien-visit';

/** Whether this visit is to be forgotten at its end. */
export function forgetsAtEnd(): boolean {
  return withStorage(() => localStorage.getItem(key) !== null, false);
}

/** Chooses it, or takes it back. */
export function setForgetsAtEnd(forgets: boolean): void {
  withStorage(() => {
    if (!forgets) {
      localStorage.removeItem(key);
      return;
    }
    const visit = crypto.getRandomValues(new Uint32Array(2)).join('-');
    localStorage.setItem(key, visit);
    sessionStorage.setItem(key, visit);
  }, undefined);
}

/** Whether an earlier visit is over that was to be forgotten: its tabs are closed. */
export async function isVisitOver(): Promise<boolean> {
  const visit = withStorage(() => localStorage.getItem(key), null);
  const own = withStorage(() => sessionStorage.getItem(key), null);
  const isOver = visit !== null && visit !== own && !(await isAnotherOpen());
  // A tab beside the first is of the same visit.
  if (visit !== null && !isOver) withStorage(() => sessionStorage.setItem(key, visit), undefined);
  holdVisit();
  return isOver;
}

/** What this page itself remembers. */
export function forgetSettings(): void {
  withStorage(() => {
    localStorage.clear();
    sessionStorage.clear();
  }, undefined);
}

async function isAnotherOpen(): Promise<boolean> {
  // Pages over plain http have none.
  const { locks } = navigator as { readonly locks?: LockManager };
  if (locks === undefined) return false;
  const { held = [] } = await locks.query();
  return held.some(({ name }) => name === LOCK);
}

function holdVisit(): void {
  const { locks } = navigator as { readonly locks?: LockManager };
  // It ends with the tab.
  void locks?.request(LOCK, { mode: 'shared' }, () => new Promise<void>(() => undefined));
}
