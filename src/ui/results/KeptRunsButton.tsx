/** The way to the kept runs, or to those of a file where there are none yet, and to the queue. */
import { useState, type ReactElement } from 'react';
import { countInWords } from '../../lib/format.ts';
import { useStudioState } from '../studio-context.ts';
import { Later } from '../widgets/Dialog.tsx';

const loadStudies = async () => (await import('../studies/StudiesDialog.tsx')).StudiesDialog;
const loadRuns = async () => (await import('../runs/RunsDialog.tsx')).RunsDialog;

export function KeptRunsButton(): ReactElement {
  const [open, setOpen] = useState<'runs' | 'studies' | null>(null);
  const kept = useStudioState((state) => state.kept.length);
  const close = (): void => setOpen(null);
  return (
    <>
      <div className="actions">
        <button type="button" onClick={() => setOpen('runs')}>
          {keptText(kept)}
        </button>
        <button type="button" onClick={() => setOpen('studies')}>
          Studies
        </button>
      </div>
      {open === 'runs' && <Later load={loadRuns} props={{ onClose: close }} />}
      {open === 'studies' && <Later load={loadStudies} props={{ onClose: close }} />}
    </>
  );
}

function keptText(kept: number): string {
  if (kept === 0) return 'Kept runs';
  if (kept === 1) return 'The kept run';
  return `${kept === 2 ? 'Both' : `All ${countInWords(kept)}`} kept runs`;
}
