/** Which runs of a study are its best. Loaded with what shows them. */
import type { QueuedStudy } from '../../protocol/runs/queue.ts';

/** A run of a study that is kept, with what it is ranked by. */
interface RankedRun {
  readonly name: string;
  readonly runId: string;
  readonly valLoss: number;
}

/** Runs that came to their end, the least validation loss first: what the best are is never told by test pictures. */
export const bestFirst = ({ runs, outcomes }: QueuedStudy): readonly RankedRun[] =>
  runs
    .flatMap(({ name }): RankedRun[] => {
      const { runId = null, valLoss = null } = outcomes[name] ?? {};
      return runId === null || valLoss === null ? [] : [{ name, runId, valLoss }];
    })
    .toSorted((one, other) => one.valLoss - other.valLoss);
