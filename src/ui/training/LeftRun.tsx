/** One quiet line about a run that was left before its end: go on with it, or keep its network where it cannot, or discard it. */
import { useState, type ReactElement } from 'react';
import { formatMoment } from '../../lib/format.ts';
import type { ResumableRun } from '../../protocol/events.ts';
import { fileOptionOf } from '../../store/awaited.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { phaseLabels } from '../../store/run-record.ts';
import { FileField } from '../widgets/fields.tsx';
import { keptOf } from './RunFailure.tsx';

/** Nothing while a run goes on, where none was left, or where its failure is said already. */
export function LeftRun(): ReactElement | null {
  const run = useStudioState((state) => (isActive(state.run) || keptOf(state) !== null ? null : state.left));
  return run === null ? null : <Offer key={run.runId} run={run} />;
}

function Offer({ run }: { readonly run: ResumableRun }): ReactElement {
  const studio = useStudio();
  const canTrain = useStudioState((state) => state.device.status === 'ready');
  const [files, setFiles] = useState<readonly File[]>([]);
  const [weightFiles, setWeightFiles] = useState<readonly File[]>([]);
  const { pictures, weights } = run.picked;
  const option = useStudioState((state) => fileOptionOf(run.recipe, state.catalog));
  // Pictures that were taken on a page are gone with it.
  const isGone = option?.isCamera === true && pictures !== null;
  const isMissing =
    (pictures !== null && files.length === 0) || (weights !== null && weightFiles.length === 0);
  const picked = { ...(files.length > 0 && { files }), weightFiles };
  return (
    <section className="message" aria-label="Unfinished run">
      <p>{useSentence(run)}</p>
      {run.failure !== null && <p className="small">{run.failure.message}</p>}
      {isGone && (
        <p className="small">Its camera pictures were gone when the page was closed: it cannot go on.</p>
      )}
      {!isGone && pictures !== null && (
        <FileField {...again(pictures)} isFolder={option?.isFolder === true} onPick={setFiles} />
      )}
      {!isGone && weights !== null && (
        <FileField {...again(weights)} isFolder={!/\.\w+$/.test(weights)} onPick={setWeightFiles} />
      )}
      <div className="actions">
        {!isGone && (
          <button
            type="button"
            disabled={isMissing || !canTrain}
            onClick={() =>
              void (run.failure === null ? studio.resumeRun(run, picked) : studio.keepNetwork(run, picked))
            }
          >
            {run.failure === null ? 'Resume' : `Keep epoch ${run.keptEpoch}`}
          </button>
        )}
        <button type="button" className="quiet" onClick={() => void studio.runs.discard(run)}>
          Discard
        </button>
      </div>
    </section>
  );
}

/** What it was and how far it came. */
function useSentence(run: ResumableRun): string {
  const { recipe, phase, phaseIndex, epoch, savedAtMs } = run;
  const { name } = recipe.backbone;
  const label = useStudioState(
    (state) => state.catalog?.backbones.find((entry) => entry.name === name)?.label ?? name,
  );
  const epochs = recipe.phases[phaseIndex]?.epochs ?? epoch;
  const at = formatMoment(savedAtMs);
  if (run.failure !== null) {
    return `A run of ${label} failed on ${at}; the network of ${phaseLabels[phase]} epoch ${run.keptEpoch} can still be tested and taken home.`;
  }
  return `A run of ${label} was left unfinished on ${at}: ${phaseLabels[phase]}, epoch ${epoch} of ${epochs}.`;
}

/** The field for what was picked before. */
function again(name: string) {
  return {
    label: `To go on, pick “${name}” again`,
    help: 'A page may not open by itself what was picked before.',
    isMultiple: true,
  };
}
