/** Where a phase made the network worse: takes that of the better phase in its place, and says what that is worth. Loaded when a run has one. */
import { useState, type ReactElement } from 'react';
import { formatLoss } from '../../lib/format.ts';
import type { WireError } from '../../protocol/errors.ts';
import type { RunResult } from '../../protocol/events.ts';
import { phaseLabels } from '../../store/run-record.ts';
import type { PhaseRecord } from '../../store/state.ts';
import { useStudio } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';

interface OtherPhaseProps {
  /** Of a finished run that has the network of another phase. */
  readonly result: RunResult;
  readonly phases: readonly PhaseRecord[];
}

export function OtherPhase({ result, phases }: OtherPhaseProps): ReactElement {
  const studio = useStudio();
  const [isTaking, setIsTaking] = useState(false);
  const [error, setError] = useState<WireError | null>(null);
  const { runId, other, kept } = result;
  const isChosen = kept?.why === 'chosen';
  const take = async (): Promise<void> => {
    setIsTaking(true);
    setError(await studio.runs.takeOtherPhase(runId));
    setIsTaking(false);
  };
  const there = nameOf(phases, other?.phaseIndex);
  const here = nameOf(phases, kept?.phaseIndex);
  return (
    <div className="message" role="group" aria-label="Another phase’s network">
      <p>
        {isChosen
          ? `This is the network of ${here}. You chose it after the test was seen: on other pictures it is likely a little worse than the test says.`
          : `${there} was better on the validation pictures than ${here}, whose network this is.`}
      </p>
      {error !== null && <Message error={error} />}
      <div className="actions">
        <button type="button" disabled={isTaking} onClick={() => void take()}>
          {isChosen ? 'Go back to that of' : 'Take the network of'} {phaseNameOf(phases, other?.phaseIndex)}
        </button>
      </div>
    </div>
  );
}

function phaseNameOf(phases: readonly PhaseRecord[], phaseIndex: number | undefined): string {
  const phase = phases.find((each) => each.phaseIndex === phaseIndex);
  return phase === undefined ? 'the other phase' : phaseLabels[phase.phase];
}

/** `Head, epoch 11 (validation loss 0.880)`. */
function nameOf(phases: readonly PhaseRecord[], phaseIndex: number | undefined): string {
  const phase = phases.find((each) => each.phaseIndex === phaseIndex);
  if (phase?.end == null) return 'another phase';
  const { keptEpoch, evaluation } = phase.end;
  const loss = evaluation === null ? '' : ` (validation loss ${formatLoss(evaluation.loss)})`;
  return `${phaseLabels[phase.phase]}, epoch ${keptEpoch.toString()}${loss}`;
}
