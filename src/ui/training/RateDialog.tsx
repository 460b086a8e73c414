/** Tries learning rates out for a phase before the user's eyes, and offers the one that it suggests. */
import { useState, type ReactElement } from 'react';
import { formatLoss, formatPlain } from '../../lib/format.ts';
import type { WireError } from '../../protocol/errors.ts';
import type { RatePoint } from '../../protocol/rate-sweep.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import type { RateSearch } from '../../store/rate-search.ts';
import { recordOf } from '../../store/state.ts';
import { useStudio } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { Message, Notices } from '../widgets/Message.tsx';
import { doingText, formatRate, foundText } from '../words/rates.ts';
import { phaseLabels } from '../words/sentence.ts';
import { withPhaseField } from './edit-recipe.ts';
import { RatePlot } from './RatePlot.tsx';
import './rates.css';
import { useRateSearch } from './use-rate-search.ts';

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
      <RatePlot points={points} suggested={suggested} />
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
      <Numbers points={points} />
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

function Numbers({ points }: { readonly points: readonly RatePoint[] }): ReactElement {
  return (
    <details className="note">
      <summary>Numbers</summary>
      <div className="rates-table" role="region" aria-label="Loss at each rate" tabIndex={0}>
        <table className="epochs">
          <thead>
            <tr>
              <th scope="col">Learning rate</th>
              <th scope="col">loss</th>
              <th scope="col">smoothed</th>
            </tr>
          </thead>
          <tbody>
            {points.map(({ learningRate, loss, smoothedLoss }) => (
              <tr key={learningRate}>
                <th scope="row">{formatRate(learningRate)}</th>
                <td>{formatLoss(loss)}</td>
                <td>{formatLoss(smoothedLoss)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
