/** Owns plain values as JSON: reading what may be none, and whether two values say the same. */

/** The value that the text stands for, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

/** Compares what JSON would write of them, whatever the order of fields; a field that is undefined is none. */
export function isSame(one: unknown, other: unknown): boolean {
  return sameText(one) === sameText(other);
}

/** A text that two plain values share exactly when they say the same. */
export function sameText(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]),
  );
}
