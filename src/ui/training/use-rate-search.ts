/** A search for a learning rate that goes on for as long as its dialog is open. */
import { useEffect, useState } from 'react';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { RateSweep } from '../../protocol/rate-sweep.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { newSearch, reduceSearch, type RateSearch } from '../../store/rate-search.ts';
import { useStudio } from '../studio-context.ts';

interface SearchActions {
  readonly search: RateSearch;
  /** Null until it has ended. */
  readonly sweep: RateSweep | null;
  readonly error: WireError | null;
  /** Begins anew. */
  readonly again: () => void;
}

/** Begins at once; what has not ended is cancelled when the dialog goes. */
export function useRateSearch(recipe: Recipe, phaseIndex: number): SearchActions {
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
