/** The kept runs: their list on the left, on the right the one that is chosen, or several compared. Loaded when it is opened. */
import { useState, type ReactElement } from 'react';
import { countInWords } from '../../lib/format.ts';
import { useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { FileField } from '../widgets/fields.tsx';
import { Message } from '../widgets/Message.tsx';
import { Compare } from './Compare.tsx';
import { Deleted, Room } from './Room.tsx';
import { OneRun } from './OneRun.tsx';
import { RunList } from './RunList.tsx';
import { groupsOf } from './run-words.ts';
import { TakeRunsDialog } from './TakeRunsDialog.tsx';
import './runs.css';

/** More are not told apart at a glance. */
const MOST_CHOSEN = 4;

export function RunsDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const all = useStudioState((state) => state.kept);
  const failure = useStudioState((state) => state.keptFailure);
  const [asked, setAsked] = useState<readonly string[]>([]);
  const [isTooMany, setIsTooMany] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  const runs = all.filter(({ isDeleted }) => !isDeleted);
  const chosen = asked.flatMap((runId) => runs.filter((run) => run.runId === runId));
  const choose = (runId: string): void => {
    const isIn = asked.includes(runId);
    const ids = chosen.map((run) => run.runId).filter((each) => each !== runId);
    setIsTooMany(!isIn && ids.length >= MOST_CHOSEN);
    if (isIn) setAsked(ids);
    else if (ids.length < MOST_CHOSEN) setAsked([...ids, runId]);
  };
  const [one] = chosen;
  return (
    <Dialog title="Kept runs" isWide onClose={onClose}>
      <button type="button" className="dialog-close" onClick={onClose}>
        Close
      </button>
      <div className="kept-runs">
        <section className="kept-list" aria-label="Runs">
          <p className="clause">{clauseOf(runs.length, chosen.length)}</p>
          {failure !== null && <Message error={failure} />}
          {groupsOf(runs).map((group) => (
            <RunList
              key={group[0]?.runId}
              runs={group}
              chosen={chosen.map(({ runId }) => runId)}
              onChoose={choose}
              onOnly={(runId) => setAsked([runId])}
            />
          ))}
          {isTooMany && (
            <p className="small" role="status">
              Four at most are compared. The fifth was not added.
            </p>
          )}
        </section>
        {file !== null && <TakeRunsDialog file={file} onClose={() => setFile(null)} />}
        {chosen.length === 1 && one !== undefined && <OneRun key={one.runId} run={one} onClose={onClose} />}
        {chosen.length > 1 && <Compare chosen={chosen} />}
        <section className="kept-rest" aria-label="What they take">
          <Deleted runs={all.filter(({ isDeleted }) => isDeleted)} />
          <Room />
          <FileField
            label="Runs from a file"
            help="A .mien.zip that was saved here or on another machine, or the run.mien.zip that npm run train wrote. You see what is in it first."
            accept=".zip"
            onPick={(_files, first) => setFile(first)}
          />
        </section>
      </div>
    </Dialog>
  );
}

function clauseOf(runs: number, chosen: number): string {
  if (runs === 0)
    return 'No run is kept. Every run that ends, or is stopped, is kept here until you delete it.';
  const all = runs === 1 ? 'One run is kept' : `Of ${countInWords(runs)} kept runs`;
  if (chosen === 0) return runs === 1 ? `${all}. Choose it to see more.` : `${all}, choose one to see more.`;
  return runs === 1 ? `${all}:` : `${all},`;
}
