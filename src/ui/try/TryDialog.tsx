/**
 * Shows a trained network a picture: what it is, what the network sees, what it says, side by side and as one sentence.
 * Loaded when it is opened; nothing of a picture outlives it.
 */
import { useEffect, useState, type DragEvent, type ReactElement } from 'react';
import { isSame } from '../../lib/json.ts';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { KeptRun } from '../../protocol/runs/kept.ts';
import type { TriedNetwork } from '../../protocol/try.ts';
import { useStateOf } from '../../store/use-state-of.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { Message } from '../widgets/Message.tsx';
import { useCovering } from './Cover.tsx';
import { SeenCanvas } from './heat-canvas.tsx';
import { ManyTable, useMany } from './Many.tsx';
import { fromDrop } from './opened-files.ts';
import { PictureSide } from './PictureSide.tsx';
import { Says, SaysClause, WhoAnswers } from './Says.tsx';
import { SeenSide } from './SeenSide.tsx';
import { useTrial, type Trial } from './trial.ts';
import './try.css';
import { ranked, seenClause, thresholdOf, type Look, type Threshold } from './words.ts';

interface TryDialogProps {
  readonly run: KeptRun;
  readonly onClose: () => void;
}

export function TryDialog({ run, onClose }: TryDialogProps): ReactElement {
  const { network, error } = useNetwork(run.runId);
  return (
    <Dialog title="Try it" isWide onClose={onClose}>
      <button type="button" className="try-close" onClick={onClose}>
        Close
      </button>
      {error !== null && <Message error={error} />}
      {network === null && error === null && (
        <div>
          <p className="small" role="status">
            The network is made ready on this device.
          </p>
          <progress aria-label="Making the network ready" />
        </div>
      )}
      {network !== null && <Tried network={network} run={run} />}
    </Dialog>
  );
}

function useNetwork(runId: string): {
  readonly network: TriedNetwork | null;
  readonly error: WireError | null;
} {
  const studio = useStudio();
  const [network, setNetwork] = useStateOf<TriedNetwork | null>(runId, null);
  const [error, setError] = useStateOf<WireError | null>(runId, null);
  useEffect(() => {
    const call = studio.tries.open(runId);
    call.result.then(setNetwork, (reason: unknown) => {
      if (!isAbort(reason)) setError(asStudioError(reason).toWire());
    });
    return () => call.control('cancel');
  }, [studio, runId, setNetwork, setError]);
  return { network, error };
}

interface TriedProps {
  readonly network: TriedNetwork;
  readonly run: KeptRun;
}

function Tried({ network, run }: TriedProps): ReactElement {
  const trial = useTrial(network);
  const { one, opened, isLive, openFiles, findsFaces, askAmong } = trial;
  const threshold = thresholdOf(network.sureness);
  const many = useMany(network.runId, opened, findsFaces);
  const dataset = useTestSet(network);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    void fromDrop(event.dataTransfer).then(openFiles);
  };
  return (
    <div className="try" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <PictureSide {...{ network, trial, dataset }} />
      {opened !== null && one.shown === null && !isLive ? (
        <section className="try-side is-wide" aria-label="Answers">
          <ManyTable {...{ network, opened, many, threshold }} onOpen={askAmong} />
        </section>
      ) : (
        <SeenAndSays {...{ network, run, trial, threshold }} />
      )}
    </div>
  );
}

interface SeenAndSaysProps extends TriedProps {
  readonly trial: Trial;
  readonly threshold: Threshold | null;
}

function SeenAndSays({ network, run, trial, threshold }: SeenAndSaysProps): ReactElement {
  const { one, isLive, live } = trial;
  const { shown } = one;
  const [look, setLook] = useState<Look>(network.members === 1 ? 'why' : 'seen');
  const [index, setIndex] = useStateOf<number | null>(shown, null);
  const covering = useCovering(network.runId, shown);
  const said = isLive ? (live?.probabilities ?? null) : (shown?.answer.probabilities ?? null);
  const covered = look === 'cover' && !isLive ? covering.probabilities : null;
  const probabilities = covered ?? said;
  const chosen = index ?? ranked(said ?? [])[0] ?? 0;
  const truth = isLive ? null : (shown?.truth ?? null);
  return (
    <>
      <section className="try-side" aria-labelledby="try-seen">
        <h3 id="try-seen" className="small">
          Seen
        </h3>
        <p className="clause">{seenClause(network, isLive ? null : shown, look, chosen)}</p>
        {isLive && live !== null && (
          <div className="try-seen as-pixels">
            <SeenCanvas seen={live.answer.seen} label="What the network sees of it" />
          </div>
        )}
        {!isLive && shown !== null && (
          <SeenSide
            {...{ network, look, covering, shown }}
            onLook={(next) => {
              setLook(next);
              // The bars are those with the patch from the first look on.
              if (next === 'cover') covering.move(covering.patch);
            }}
            index={chosen}
            onIndex={setIndex}
          />
        )}
      </section>
      <section className="try-side" aria-labelledby="try-says">
        <h3 id="try-says" className="small">
          Says
        </h3>
        <SaysClause {...{ network, probabilities, isLive, isAsking: one.isAsking }} />
        {probabilities !== null && (
          <Says {...{ network, probabilities, threshold }} was={covered === null ? null : said} />
        )}
        {truth !== null && (
          <p>
            In truth: <b>{network.labels[truth]}</b>.
          </p>
        )}
        <WhoAnswers run={run} />
      </section>
    </>
  );
}

/** The open set, where it is the one that the network was trained on, at its size. */
function useTestSet({ setHash, recipe }: TriedNetwork) {
  const dataset = useStudioState((state) => state.dataset.value);
  const image = useStudioState((state) => state.recipe?.image);
  if (dataset?.setHash !== setHash || !isSame(image, recipe.image) || dataset.split.test.length === 0)
    return null;
  return dataset;
}
