/** Which evaluation the Results column shows: validation while training, test once there is one. */
import type { Evaluation } from '../../protocol/events.ts';
import type { RunRecord } from '../../store/state.ts';

/** An evaluation and how it is named where one is chosen. */
export interface NamedEvaluation {
  readonly key: string;
  readonly label: string;
  readonly evaluation: Evaluation;
}

const after = { head: 'after the head', fineTune: 'after fine-tuning' } as const;

/** All evaluations there are, the one to show first. */
export function evaluationsOf(record: RunRecord | null): readonly NamedEvaluation[] {
  if (record === null) return [];
  const ofPhases = record.phases.flatMap((phase) =>
    phase.end === null
      ? []
      : [
          {
            key: `phase ${phase.phaseIndex}`,
            label: `validation ${after[phase.phase]}`,
            evaluation: phase.end.evaluation,
          },
        ],
  );
  const test = record.test === null ? [] : [{ key: 'test', label: 'test', evaluation: record.test }];
  return [...ofPhases, ...test].reverse();
}
