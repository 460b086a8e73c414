/** The queue: studies to be added, what is carried out and how long all of it takes, and what came of it. Loaded when it is opened. */
import { useState, type ReactElement } from 'react';
import { capitalised, countInWords, formatDuration } from '../../lib/format.ts';
import { waitingOf } from '../../protocol/runs/queue.ts';
import { queueSecondsLeft } from '../../store/queue/queue-time.ts';
import { isActive, type StudioState } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { CheckField } from '../widgets/fields.tsx';
import { Dialog } from '../widgets/Dialog.tsx';
import { Message } from '../widgets/Message.tsx';
import { askToNotify, canNotify, wantsNotice } from '../notify.ts';
import { AddStudy } from './AddStudy.tsx';
import { StudyOnQueue } from './StudyOnQueue.tsx';
import '../runs/runs.css';
import './studies.css';

interface StudiesDialogProps {
  /** A study that was dropped, to begin with. */
  readonly files?: readonly File[];
  readonly onClose: () => void;
}

export function StudiesDialog({ files = [], onClose }: StudiesDialogProps): ReactElement {
  const queue = useStudioState((state) => state.queue);
  const clause = useStudioState(clauseOf);
  return (
    <Dialog title="Studies" isWide onClose={onClose}>
      <button type="button" className="dialog-close" onClick={onClose}>
        Close
      </button>
      <div className="studies">
        <section className="studies-add" aria-label="Add to the queue">
          <AddStudy given={files} />
        </section>
        <section className="studies-queue" aria-label="The queue">
          <p className="clause" role="status">
            {clause}
          </p>
          {queue.failure !== null && (
            <Message
              error={queue.failure}
              kept="What was carried out is kept, and the queue goes on from there."
            />
          )}
          <QueueKeys />
          {queue.studies.map((study) => (
            <StudyOnQueue key={study.id} queued={study} />
          ))}
          {queue.studies.length > 0 && <Notice />}
        </section>
      </div>
    </Dialog>
  );
}

function clauseOf(state: StudioState): string {
  const { studies, doing } = state.queue;
  if (studies.length === 0) return 'Nothing is on the queue. What you add waits here until you start it.';
  const waiting = studies.reduce((sum, study) => sum + waitingOf(study).length, 0);
  const all = studies.reduce((sum, { runs }) => sum + runs.length, 0);
  if (waiting === 0 && doing === 'nothing') return doneText(all);
  const seconds = queueSecondsLeft(state);
  const left = seconds === null ? '' : `, ${formatDuration(seconds)} at most for all`;
  const wait = waiting === 1 ? 'one run is' : `${countInWords(waiting)} runs are`;
  return capitalised(`${waiting < all ? `of ${countInWords(all)}, ` : ''}${wait} still to be done${left}.`);
}

function doneText(all: number): string {
  if (all === 1) return 'The run is done.';
  return all === 2 ? 'Both runs are done.' : `All ${countInWords(all)} runs are done.`;
}

function QueueKeys(): ReactElement | null {
  const studio = useStudio();
  const { doing, studies } = useStudioState((state) => state.queue);
  const run = useStudioState((state) => state.run);
  const isWaiting = studies.some((study) => waitingOf(study).length > 0);
  const isBegun = studies.some(({ outcomes }) => Object.keys(outcomes).length > 0);
  if (doing === 'nothing') {
    if (!isWaiting) return null;
    return (
      <div className="actions">
        <button
          type="button"
          className="go"
          disabled={isActive(run)}
          onClick={() => void studio.queue.start()}
        >
          {isBegun ? 'Go on with the queue' : 'Start the queue'}
        </button>
        {isActive(run) && <p className="small">A run goes on: the queue can start when it has ended.</p>}
      </div>
    );
  }
  const isHeld = run.kind === 'pausing' || run.kind === 'paused';
  return (
    <div className="actions">
      <button
        type="button"
        disabled={run.kind !== 'running' && !isHeld}
        onClick={() => (isHeld ? studio.runs.resume() : studio.runs.pause())}
      >
        {isHeld ? 'Resume' : 'Pause'}
      </button>
      <button type="button" disabled={doing === 'stopping'} onClick={() => studio.queue.stop()}>
        Stop the queue
      </button>
      <p className="small">Stopped, or with the tab closed, it goes on later from the last epoch.</p>
    </div>
  );
}

/** The browser is asked only when the user turns it on. */
function Notice(): ReactElement {
  const [isOn, setIsOn] = useState(wantsNotice);
  const [isRefused, setIsRefused] = useState(false);
  if (!canNotify()) return <p className="small">This browser shows no notifications here.</p>;
  const choose = (wanted: boolean): void => {
    void askToNotify(wanted).then((isAllowed) => {
      setIsOn(isAllowed && wanted);
      setIsRefused(wanted && !isAllowed);
    });
  };
  return (
    <CheckField
      label="Tell me when it ends"
      help={
        isRefused
          ? 'The browser does not allow it: permit notifications for this page in its settings, then turn it on again.'
          : 'One notification by this browser when the queue, or a run of more than a minute, has ended and the tab is not in view.'
      }
      isChecked={isOn}
      onCheck={choose}
    />
  );
}
