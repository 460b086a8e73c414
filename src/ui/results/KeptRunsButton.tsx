/** The way to the kept runs, or to those of a file where there are none yet, and to the queue. */
import { useState, type ReactElement } from 'react';
import { countInWords } from '../../lib/format.ts';
import { waitingOf } from '../../protocol/runs/queue.ts';
import type { StudioState } from '../../store/state.ts';
import { useStudioState } from '../studio-context.ts';
import { Later } from '../widgets/Dialog.tsx';

const loadStudies = async () => (await import('../studies/StudiesDialog.tsx')).StudiesDialog;
const loadRuns = async () => (await import('../runs/RunsDialog.tsx')).RunsDialog;

export function KeptRunsButton(): ReactElement {
  const [open, setOpen] = useState<'runs' | 'studies' | null>(null);
  const kept = useStudioState((state) => state.kept.length);
  const waiting = useStudioState(waitingIn);
  const close = (): void => setOpen(null);
  return (
    <>
      <div className="actions">
        <button type="button" onClick={() => setOpen('runs')}>
          {keptText(kept)}
        </button>
        <button type="button" onClick={() => setOpen('studies')}>
          {waiting > 0 ? `Studies, ${waiting.toString()} waiting` : 'Studies'}
        </button>
      </div>
      {open === 'runs' && <Later load={loadRuns} props={{ onClose: close }} />}
      {open === 'studies' && <Later load={loadStudies} props={{ onClose: close }} />}
    </>
  );
}

/** Runs that are still to be done, maybe since an earlier visit; none are said while they are carried out. */
const waitingIn = ({ queue: { doing, studies } }: StudioState): number =>
  doing === 'nothing' ? studies.reduce((sum, study) => sum + waitingOf(study).length, 0) : 0;

function keptText(kept: number): string {
  if (kept === 0) return 'Kept runs';
  if (kept === 1) return 'The kept run';
  return `${kept === 2 ? 'Both' : `All ${countInWords(kept)}`} kept runs`;
}
