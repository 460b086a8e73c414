/** What this browser remembers of the page, where it may. */

/** Works on `localStorage` or `sessionStorage`. @returns `otherwise` where that is forbidden */
export function withStorage<Value>(work: () => Value, otherwise: Value): Value {
  try {
    return work();
  } catch (error) {
    // Storage is forbidden (a private window, a strict setting): then nothing is kept either.
    if (error instanceof DOMException) return otherwise;
    throw error;
  }
}
