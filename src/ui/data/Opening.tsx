/** A set that is being opened: how far it is, what is waited for, and a way to give it up. */
import type { ReactElement } from 'react';
import { formatBytes, formatCount } from '../../lib/format.ts';
import type { StageProgress } from '../../store/state.ts';
import { useStudio } from '../studio-context.ts';

export function Opening({ progress }: { readonly progress: StageProgress | null }): ReactElement {
  const studio = useStudio();
  const known = progress?.total == null ? {} : { value: progress.done, max: progress.total };
  return (
    <div className="stack-s">
      <p className="row small">
        <span>{progress === null ? 'Opening the set' : doneText(progress)}</span>
        <button type="button" className="link" onClick={() => void studio.cancelOpening()}>
          Cancel<span className="visually-hidden"> opening the set</span>
        </button>
      </p>
      <progress aria-label="Opening the set" {...known} />
      <p className="small opening-note">{progress?.note}</p>
    </div>
  );
}

function doneText({ label, done, total, unit }: StageProgress): string {
  if (total === null) return label;
  const write = unit === 'bytes' ? formatBytes : formatCount;
  return `${label}, ${write(done)} of ${write(total)}`;
}
