/** What a file of runs holds, before anything of it is stored; those that are ticked are then kept here. */
import { useEffect, useState, type ReactElement } from 'react';
import { countOf, formatBytes, formatMoment, formatPercent } from '../../lib/format.ts';
import type { BackboneEntry } from '../../protocol/catalog.ts';
import type { Requests } from '../../protocol/messages.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import type { KeptRun, TakenRuns } from '../../protocol/runs/kept.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { Message } from '../widgets/Message.tsx';
import { nameOf, setNameOf } from './run-words.ts';

interface TakeRunsDialogProps {
  readonly file: File;
  readonly onClose: () => void;
}

const none: readonly BackboneEntry[] = [];

export function TakeRunsDialog({ file, onClose }: TakeRunsDialogProps): ReactElement {
  const { runs: requests } = useStudio();
  const here = useStudioState((state) => state.kept);
  const [found, setFound] = useState<readonly KeptRun[] | null>(null);
  const [pictures, setPictures] = useState<Requests['lookIntoRuns']['output']['pictures']>(null);
  const [left, setLeft] = useState<readonly string[]>([]);
  const [error, setError] = useState<WireError | null>(null);
  const [taken, setTaken] = useState<TakenRuns | null>(null);
  useEffect(() => {
    let isCurrent = true;
    requests.lookInto(file).then(
      (inside) => {
        if (!isCurrent) return;
        setFound(inside.runs);
        setPictures(inside.pictures);
      },
      (reason: unknown) => {
        if (isCurrent) setError(asStudioError(reason).toWire());
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [requests, file]);
  const isHere = (run: KeptRun): boolean => here.some(({ runId }) => runId === run.runId);
  const wanted = (found ?? []).filter((run) => !isHere(run) && !left.includes(run.runId));
  const take = (): void => {
    const ids = wanted.map(({ runId }) => runId);
    requests.take(file, ids).then(setTaken, (reason: unknown) => setError(asStudioError(reason).toWire()));
  };
  return (
    <Dialog title="Runs from a file" onClose={onClose}>
      <p>
        <b>{file.name}</b> <span className="small">{formatBytes(file.size)}</span>
      </p>
      {error !== null && <Message error={error} />}
      {found === null && error === null && <p role="status">It is read and checked.</p>}
      {found !== null && (
        <ul className="files">
          {found.map((run) => (
            <Found
              key={run.runId}
              run={run}
              isHere={isHere(run)}
              isWanted={wanted.includes(run)}
              onWant={(isWanted) =>
                setLeft(isWanted ? left.filter((each) => each !== run.runId) : [...left, run.runId])
              }
            />
          ))}
        </ul>
      )}
      {taken === null ? (
        found !== null && (
          <p className="small">
            {found.every(isHere)
              ? 'Nothing in it is new: there is nothing to keep.'
              : `${picturesText(pictures)} Nothing of it is stored yet.`}
          </p>
        )
      ) : (
        <p role="status">
          {countOf(taken.taken, 'run')} kept here.
          {taken.set !== null &&
            ` Their pictures are stored as the set “${taken.set}”, which their recipes name now.`}
        </p>
      )}
      {taken?.trouble != null && <Message error={taken.trouble} />}
      <div className="actions">
        {taken === null && found?.every(isHere) === false && (
          <button type="button" className="go" disabled={wanted.length === 0} onClick={take}>
            {wanted.length === 0
              ? 'Keep them here'
              : `Keep ${wanted.length === 1 ? 'it' : countOf(wanted.length, 'run')} here`}
          </button>
        )}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

const picturesText = (pictures: Requests['lookIntoRuns']['output']['pictures']): string =>
  pictures === null
    ? 'No pictures are in it.'
    : `The pictures of ${pictures.label} are in it, ${formatBytes(pictures.sizeBytes)}: they are stored here with the runs.`;

interface FoundProps {
  readonly run: KeptRun;
  readonly isHere: boolean;
  readonly isWanted: boolean;
  readonly onWant: (isWanted: boolean) => void;
}

function Found({ run, isHere, isWanted, onWant }: FoundProps): ReactElement {
  const backbones = useStudioState((state) => state.catalog?.backbones ?? none);
  const { test, finishedAtMs, recipe, note } = run;
  return (
    <li>
      <div className="field">
        <label className="check">
          <input
            type="checkbox"
            checked={isWanted}
            disabled={isHere}
            onChange={(event) => onWant(event.target.checked)}
          />
          {nameOf(run, backbones)}
        </label>
        <p className="small">
          {setNameOf(recipe)}
          {test !== null && `, right on ${formatPercent(test.accuracy)} of its test pictures`}, finished on{' '}
          {formatMoment(finishedAtMs)}.{note === '' ? '' : ` “${note}”`}
          {isHere && ' It is here already, and stays as it is.'}
        </p>
      </div>
    </li>
  );
}
