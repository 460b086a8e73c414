/** Tries learning rates out for a phase before the user's eyes, and offers the one that it suggests. */
import { useEffect, useState, type ReactElement } from 'react';
import { Charts } from '../../charts/Charts.tsx';
import { formatRate, lowestOf } from '../../charts/rate-sweep.tsx';
import { formatPlain } from '../../lib/format.ts';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { RatePoint, RateSweep } from '../../protocol/events.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { newSearch, reduceSearch, type RateSearch } from '../../store/reduce/reduce-run.ts';
import { phaseLabels } from '../../store/run-record.ts';
import { recordOf } from '../../store/state.ts';
import { useStudio } from '../studio-context.ts';
import { activeText } from '../transport/bar-text.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { Message, Notices } from '../widgets/Message.tsx';
import { withPhaseField } from './edit-recipe.ts';

interface RateDialogProps {
  readonly recipe: Recipe;
  readonly phaseIndex: number;
  readonly onClose: () => void;
}

export function RateDialog({ recipe, phaseIndex, onClose }: RateDialogProps): ReactElement {
  const studio = useStudio();
  const { search, sweep, error, again } = useRateSearch(recipe, phaseIndex);
  const [wrong, setWrong] = useState<WireError | null>(null);
  const suggested = sweep?.suggested ?? null;
  const points = sweep?.points ?? search.points;
  const name = recipe.phases[phaseIndex]?.name;
  const use = (): void => {
    const refused = studio.edit((before) => withPhaseField(before, phaseIndex, 'learningRate', suggested));
    if (refused === null) onClose();
    else setWrong(refused);
  };
  return (
    <Dialog title={`Find a learning rate: ${name === undefined ? '' : phaseLabels[name]}`} onClose={onClose}>
      <p className="small">
        Each step takes a higher rate: where the curve falls the network learns, where it climbs the steps are
        too large. What is trained here is thrown away.
      </p>
      <Notices notices={recordOf(search.run)?.notices ?? []} />
      <Charts of="sweep" subject={{ points, steps: search.steps, suggested }} />
      <div className="rates-now">
        {sweep === null && error === null && <Doing search={search} />}
        {sweep !== null && <p role="status">{foundText(sweep)}</p>}
        {error !== null && (
          <Message error={error}>
            <button type="button" onClick={again}>
              Try again
            </button>
          </Message>
        )}
        {wrong !== null && <Message error={wrong} />}
      </div>
      <div className="actions">
        <button type="button" onClick={onClose}>
          {sweep === null ? 'Cancel' : 'Close'}
        </button>
        <button type="button" className="go" disabled={suggested === null} onClick={use}>
          {suggested === null ? 'Use it' : `Use ${formatPlain(suggested)}`}
        </button>
      </div>
    </Dialog>
  );
}

/** Read aloud are stages and epochs, not steps. */
function Doing({ search }: { readonly search: RateSearch }): ReactElement {
  const { title, detail } = doingText(search);
  const { points, steps } = search;
  return (
    <>
      <p className="row small">
        <span role="status">{title}</span>
        <span className="dim">{detail}</span>
      </p>
      <progress
        aria-label="Trying rates"
        max={steps ?? 1}
        {...(points.length > 0 && { value: points.length })}
      />
    </>
  );
}

interface SearchActions {
  readonly search: RateSearch;
  /** Null until it has ended. */
  readonly sweep: RateSweep | null;
  readonly error: WireError | null;
  /** Begins anew. */
  readonly again: () => void;
}

/** Begins at once; what has not ended is cancelled when the dialog goes. */
function useRateSearch(recipe: Recipe, phaseIndex: number): SearchActions {
  const studio = useStudio();
  const fresh = (): RateSearch => newSearch(recipe, performance.now());
  const [search, setSearch] = useState(fresh);
  const [sweep, setSweep] = useState<RateSweep | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const [attempt, setAttempt] = useState(1);
  useEffect(() => {
    let isCurrent = true;
    const call = studio.findRate(phaseIndex, (event) => {
      if (isCurrent) setSearch((before) => reduceSearch(before, event, performance.now()));
    });
    call.result.then(
      (found) => {
        if (isCurrent) setSweep(found);
      },
      (reason: unknown) => {
        if (isCurrent && !isAbort(reason)) setError(asStudioError(reason).toWire());
      },
    );
    return () => {
      isCurrent = false;
      call.control('cancel');
    };
  }, [studio, phaseIndex, attempt]);
  const again = (): void => {
    setSearch(fresh);
    setError(null);
    setAttempt(attempt + 1);
  };
  return { search, sweep, error, again };
}

/** What is under way. */
interface DoingText {
  readonly title: string;
  readonly detail: string;
}

/** What a search is doing: preparing and the phases before in the words of a run, then its rates. */
export function doingText({ run, points, steps }: RateSearch): DoingText {
  const record = recordOf(run);
  const last = points.at(-1);
  if (last !== undefined && steps !== null && record?.progress == null) {
    return {
      title: 'Trying rates',
      detail: `${points.length} of ${steps}, now ${formatRate(last.learningRate)}`,
    };
  }
  if (record === null) return { title: '', detail: '' };
  const { title, step, detail } = activeText(record);
  return { title, detail: step === '' ? detail : `step ${step}` };
}

/** What a search has found. */
export function foundText({ points, suggested }: RateSweep): string {
  if (suggested !== null) {
    return `The loss is lowest ${atRate(lowestOf(points))}. A tenth of that is fast and still safe: ${formatPlain(suggested)}.`;
  }
  return 'The loss fell at none of these rates by more than it differs from batch to batch, so none is suggested. There may be nothing left to learn here.';
}

function atRate(point: RatePoint | undefined): string {
  return `at ${formatRate(point?.learningRate ?? NaN)}`;
}
