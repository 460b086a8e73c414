/** Owns which of some names was probably meant by one that is none of them. */

/** The nearest name, at most two letters away, or the same but for capitals; null where none is near. */
export function closest(name: string, known: readonly string[]): string | null {
  const small = name.toLowerCase();
  const far = known.map((one) => ({ one, letters: distance(small, one.toLowerCase()) }));
  const nearest = far.reduce<(typeof far)[number] | null>(
    (best, next) => (best === null || next.letters < best.letters ? next : best),
    null,
  );
  // Of a short name two letters are most of it.
  const most = name.length < 4 ? 0 : 2;
  return nearest !== null && nearest.letters <= most ? nearest.one : null;
}

/** How many letters have to be put in, taken out or changed. @see Levenshtein 1966 */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const change = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
