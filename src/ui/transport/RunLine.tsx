/** The line under the bar is the run: one progress a phase, as wide as its epochs; one for a stage while preparing. */
import type { ReactElement } from 'react';
import { recordOf, type RunRecord, type StudioState } from '../../store/state.ts';
import { epochAxis } from '../../charts/curves/epoch-axis.ts';
import { useStudioState } from '../studio-context.ts';
import { phaseLabels } from '../../store/run-record.ts';

export function RunLine(): ReactElement {
  const run = useStudioState((state) => state.run);
  const opening = useStudioState(openingOf);
  const record = recordOf(run);
  if (run.kind === 'preparing' || (record === null && opening !== null)) {
    const progress = record?.progress ?? opening;
    const known = progress?.total == null ? {} : { value: progress.done, max: Math.max(1, progress.total) };
    return (
      <div className="line">
        <progress aria-label={progress?.label ?? 'Preparing'} {...known} />
      </div>
    );
  }
  return <div className="line">{record !== null && <Phases record={record} />}</div>;
}

function openingOf(state: StudioState): StudioState['opening'] {
  return state.dataset.status === 'loading' ? state.opening : null;
}

function Phases({ record }: { readonly record: RunRecord }): ReactElement {
  return (
    <>
      {epochAxis(record.recipe, record).phases.map((phase) => (
        <progress
          key={phase.phaseIndex}
          aria-label={`${phaseLabels[phase.phase]} phase`}
          value={epochsDone(record, phase.phaseIndex)}
          max={phase.slots}
          style={{ flexGrow: phase.slots }}
        />
      ))}
    </>
  );
}

function epochsDone(record: RunRecord, phaseIndex: number): number {
  const done = record.history.filter((epoch) => epoch.phaseIndex === phaseIndex).length;
  const { live } = record;
  return live?.phaseIndex === phaseIndex ? done + live.step / live.steps : done;
}
