/** How long the search for pictures that look the same takes, where many look much alike. */
import {
  correlationOf,
  hashDistance,
  momentsOf,
  type Fingerprint,
} from '../../../src/data/cleaning/fingerprint.ts';
import { findNearCopies } from '../../../src/data/cleaning/near-copies.ts';
import { lookAlikes, productShots } from '../../../tests/support/sets/alike-prints.ts';
import type { Bench, Row } from '../bench.ts';

/** Pairs that are held against each other in plain JavaScript, to know what one takes. */
const PLAIN = 1000;

export const copies: Bench = {
  name: 'copies',
  help: 'the search for near copies among product shots and look-alikes, on one core (half a minute)',
  async run({ quick, say }) {
    const cases = [
      ['product shots', productShots, 1000],
      ['product shots', productShots, quick ? 2000 : 10_000],
      ['look-alikes, none of them a copy', (count: number) => lookAlikes(count, 12), quick ? 2000 : 10_000],
      ['copies of one picture', (count: number) => lookAlikes(count, 2), quick ? 2000 : 10_000],
    ] as const;
    const rows: Row[] = [];
    for (const [what, make, count] of cases) {
      const prints = make(count);
      const plain = secondsOf(() => holdAll(prints.slice(0, PLAIN)));
      const start = performance.now();
      const sets = await findNearCopies([...prints.keys()], prints);
      const mien = (performance.now() - start) / 1000;
      say(`${count.toString()} ${what}: ${mien.toFixed(2)} s, ${sets.length.toString()} sets`);
      rows.push({
        what: `near copies among ${count.toString()} ${what}`,
        against: 'each pair in plain JavaScript',
        unit: 's',
        mien,
        other: plain * (count / PLAIN) ** 2,
        aimFigure: 10,
        note: `The other is measured on ${PLAIN.toString()} of them, and grows with the square.`,
      });
    }
    return rows;
  },
};

function secondsOf(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

/** Holds each against each whose hashes are near. */
function holdAll(prints: readonly Fingerprint[]): number {
  const moments = prints.map(({ thumbnail }) => momentsOf(thumbnail));
  let alike = 0;
  for (const [a, one] of prints.entries()) {
    for (let b = 0; b < a; b += 1) {
      const other = prints[b]!;
      const [upper, lower] = one.perceptualHash;
      if (hashDistance(upper ^ other.perceptualHash[0], lower ^ other.perceptualHash[1]) > 7) continue;
      let products = 0;
      for (let i = 0; i < one.thumbnail.length; i += 1) products += one.thumbnail[i]! * other.thumbnail[i]!;
      if (correlationOf(products, moments[a]!, moments[b]!) >= 0.985) alike += 1;
    }
  }
  return alike;
}
