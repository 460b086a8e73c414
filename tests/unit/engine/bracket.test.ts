/** Which run goes on next where losing runs are ended early, as ASHA's algorithm has it. */
import { describe, expect, it } from 'vitest';
import { nextJob, rungsOf, type BracketJob, type RungResult } from '../../../src/protocol/runs/bracket.ts';

/** All jobs in order, of runs whose loss is the same at every rung. */
function carriedOut(losses: readonly (number | null)[], eta: number, rungs: number): BracketJob[] {
  const names = losses.map((_, index) => (index + 1).toString());
  const results: RungResult[] = [];
  for (;;) {
    const job = nextJob(names, results, eta, rungs);
    if (job === null) return results.map(({ name, rung }) => ({ name, rung }));
    results.push({ ...job, loss: losses[Number(job.name) - 1] ?? null });
  }
}

const sizesOf = (jobs: readonly BracketJob[], rungs: number): number[] =>
  Array.from({ length: rungs }, (_, rung) => jobs.filter((job) => job.rung === rung).length);

describe('rungs', () => {
  it('are those of Hyperband’s brackets, up to a whole run', () => {
    // Table 1 of the paper: R = 81, eta = 3, bracket s = 4; and s = 2, which begins with 9.
    expect(rungsOf(3, 1, 81)).toEqual([1, 3, 9, 27, 81]);
    expect(rungsOf(3, 9, 81)).toEqual([9, 27, 81]);
    expect(rungsOf(3, 1, 20)).toEqual([1, 3, 9, 20]);
  });

  it('want a first one below the whole', () => {
    expect(() => rungsOf(3, 5, 5)).toThrow(/least has to be below/);
  });
});

describe('promotions', () => {
  it('come as soon as a run is in the best third of its rung', () => {
    const jobs = carriedOut([5, 3, 8, 1, 9, 2, 7, 4, 6], 3, 3).map(
      ({ name, rung }) => `${name}@${rung.toString()}`,
    );
    expect(jobs).toEqual([
      // Of three the best goes on; of four the best is another, of six the best two are 4 and 6.
      ...['1@0', '2@0', '3@0', '2@1', '4@0', '4@1', '5@0', '6@0', '6@1'],
      // Of the three at the second rung 4 is the best. Of nine at the first, the best three have gone on.
      ...['4@2', '7@0', '8@0', '9@0'],
    ]);
  });

  it('fill the rungs as the bracket of Hyperband’s table 1 does: 81, 27, 9, 3, 1', () => {
    const better = Array.from({ length: 81 }, (_, index) => index);
    expect(sizesOf(carriedOut(better, 3, 5), 5)).toEqual([81, 27, 9, 3, 1]);
  });

  it('promote one more where the best came late, as the algorithm says, and the best of all to the end', () => {
    const worse = Array.from({ length: 9 }, (_, index) => 9 - index);
    const jobs = carriedOut(worse, 3, 3);
    expect(sizesOf(jobs, 3)[0]).toBe(9);
    expect(sizesOf(jobs, 3)[1]).toBeGreaterThan(3);
    expect(jobs).toContainEqual({ name: '9', rung: 2 });
  });

  it('never take a run whose numbers were lost', () => {
    expect(carriedOut([null, null, null], 3, 3).every(({ rung }) => rung === 0)).toBe(true);
    expect(carriedOut([null, 2, null], 3, 2)).toContainEqual({ name: '2', rung: 1 });
  });
});
