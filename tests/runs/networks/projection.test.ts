/** Pictures laid out in a plane: those of a kind lie together, and twice the same features lie the same. */
import { expect, it } from 'vitest';
import { keyedRandom } from '../../../src/lib/random.ts';
import type { Projection, ProjectionMessage } from '../../../src/protocol/set/projection.ts';
import { projectFeatures } from '../../../src/worker/project.ts';

const KINDS = 4;
const COUNT = 160;
const WIDTH = 48;

/** Four heaps of noise around middles of their own. */
function heaps(): Float32Array<ArrayBuffer> {
  const random = keyedRandom(5, 'heaps');
  const middles = Array.from({ length: KINDS }, () =>
    Array.from({ length: WIDTH }, () => random.uniform(-1, 1)),
  );
  return Float32Array.from(
    { length: COUNT * WIDTH },
    (_, at) => (middles[Math.floor(at / WIDTH) % KINDS]?.[at % WIDTH] ?? 0) + random.normal() * 0.2,
  );
}

function laidOut(features: Float32Array<ArrayBuffer>, count: number): ProjectionMessage[] {
  const said: ProjectionMessage[] = [];
  projectFeatures({ features, count }, (one) => said.push(one));
  return said;
}

const projectionsOf = (said: readonly ProjectionMessage[]): Projection[] =>
  said.flatMap((one) => (one.kind === 'projection' ? [one.projection] : []));

/** Share of pictures whose nearest neighbour is of their kind. */
function nearIsAlike({ points }: Projection): number {
  const alike = Array.from({ length: COUNT }, (_, one) => {
    let best = { other: -1, distance: Infinity };
    for (let other = 0; other < COUNT; other++) {
      const distance = Math.hypot(
        points[one * 2]! - points[other * 2]!,
        points[one * 2 + 1]! - points[other * 2 + 1]!,
      );
      if (other !== one && distance < best.distance) best = { other, distance };
    }
    return best.other % KINDS === one % KINDS;
  });
  return alike.filter(Boolean).length / COUNT;
}

it('says principal components, then how far it is, then the better map; the same twice', () => {
  const said = laidOut(heaps(), COUNT);
  const [first, last] = projectionsOf(said);
  expect([first?.by, last?.by]).toEqual(['pca', 'umap']);
  expect(said[0]).toMatchObject({ kind: 'projection', share: expect.closeTo(0.7, 0) as number });
  expect(said.at(-1)?.kind).toBe('projection');
  const steps = said.filter((one) => one.kind === 'progress');
  expect(steps.length).toBeGreaterThan(10);
  expect(steps.every(({ done, total }, at) => done <= total && done > (steps[at - 1]?.done ?? 0))).toBe(true);
  if (first === undefined || last === undefined) return expect.unreachable();
  expect(nearIsAlike(first)).toBeGreaterThan(0.9);
  expect(nearIsAlike(last)).toBeGreaterThan(0.98);
  expect(projectionsOf(laidOut(heaps(), COUNT))).toEqual([first, last]);
});

it('leaves a handful at the first map, and takes pictures that are all the same', () => {
  expect(projectionsOf(laidOut(heaps().slice(0, 4 * WIDTH), 4)).map(({ by }) => by)).toEqual(['pca']);
  const same = projectionsOf(laidOut(new Float32Array(20 * 8).fill(2), 20));
  expect(same.map(({ by }) => by)).toEqual(['pca', 'umap']);
  expect(same.every(({ points }) => points.length === 40 && points.every(Number.isFinite))).toBe(true);
});
