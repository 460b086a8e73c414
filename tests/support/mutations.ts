/** Damage for tests of readers: the same at every run, and a loop that counts how reading it ends. */
import { expect } from 'vitest';

/** Mulberry32: the same mutations at every run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const NUMBERS = [
  '-1',
  '0',
  '1e308',
  '9007199254740993',
  '4294967296',
  '0.5',
  'null',
  '"x"',
  '[[[[]]]]',
  '{}',
];

/** One to four changes: bits, bytes, extreme words, cuts, repeats, numbers of a JSON text. */
export function mutate(file: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes: Uint8Array = file.slice();
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(Math.max(1, bytes.length));
    switch (random(7)) {
      case 0:
        bytes[at] = bytes[at]! ^ (1 << random(8));
        break;
      case 1:
        bytes[at] = random(256);
        break;
      case 2:
        bytes.fill([0, 0xff, 0x7f][random(3)]!, at, at + 1 + random(8));
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4: {
        const to = random(bytes.length + 1);
        bytes = Uint8Array.from([
          ...bytes.slice(0, at),
          ...bytes.slice(Math.min(at, to), Math.max(at, to)),
          ...bytes.slice(at),
        ]);
        break;
      }
      case 5: {
        // Early bytes hold lengths, offsets and headers.
        bytes[random(Math.min(64, bytes.length))] = random(256);
        break;
      }
      default:
        bytes = replaceNumber(bytes, random);
    }
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

/** Puts something else in the place of a number in the text that the file begins with. */
function replaceNumber(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const head = Math.min(bytes.length, 4096);
  const text = Buffer.from(bytes.subarray(0, head)).toString('latin1');
  const numbers = [...text.matchAll(/\d+/gu)];
  const chosen = numbers[random(Math.max(1, numbers.length))];
  if (chosen === undefined) return bytes;
  const changed =
    text.slice(0, chosen.index) +
    NUMBERS[random(NUMBERS.length)]! +
    text.slice(chosen.index + chosen[0].length);
  return Uint8Array.from([...Buffer.from(changed, 'latin1'), ...bytes.subarray(head)]);
}

/**
 * Reads a file whole, and then damaged in so many ways; each time it ends, with its values or with a `StudioError`. A hang
 * is the end of the test's time.
 *
 * @param outcomeOf `read`, the code of the error that ended it, or another sentence, which fails
 */
export async function holdDamaged(
  file: Uint8Array,
  mutations: number,
  outcomeOf: (bytes: Uint8Array) => Promise<string>,
): Promise<void> {
  expect(await outcomeOf(file)).toBe('read');
  const random = seeded(42);
  const counts: Record<string, number> = {};
  for (let i = 0; i < mutations; i++) {
    const outcome = await outcomeOf(mutate(file, random));
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  const known = /^(read|(model|data|recipe)\/[a-z-]+)$/u;
  expect(Object.keys(counts).filter((outcome) => !known.test(outcome))).toEqual([]);
  // Both ends are reached: damage that matters, and damage that does not.
  expect(mutations - (counts['read'] ?? 0)).toBeGreaterThan(mutations / 4);
  expect(counts['read']).toBeGreaterThan(0);
}
