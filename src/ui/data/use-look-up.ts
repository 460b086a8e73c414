/** Asks what a source would open; only the last answer counts. */
import { useEffect, useRef, useState } from 'react';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import type { SourceDescription } from '../../protocol/source.ts';
import type { SourceRequests } from '../../store/source-requests.ts';
import { useStudio } from '../studio-context.ts';

/** What is known so far; the last description stays while a new one is on its way. */
export interface LookedUp {
  readonly isAsking: boolean;
  readonly description: SourceDescription | null;
  readonly error: WireError | null;
}

const nothing: LookedUp = { isAsking: false, description: null, error: null };

export function useLookUp(): LookedUp & {
  readonly ask: (dataset: Recipe['dataset']) => void;
  readonly forget: () => void;
} {
  const studio = useStudio();
  const [state, setState] = useState<LookedUp>(nothing);
  const current = useRef<ReturnType<SourceRequests['describe']>>(undefined);
  useEffect(() => () => current.current?.control('cancel'), []);
  const ask = (dataset: Recipe['dataset']): void => {
    current.current?.control('cancel');
    const call = studio.sources.describe(dataset);
    current.current = call;
    setState((before) => ({ ...before, isAsking: true, error: null }));
    call.result.then(
      (description) => {
        if (current.current === call) setState({ isAsking: false, description, error: null });
      },
      (reason: unknown) => {
        if (current.current !== call || isAbort(reason)) return;
        setState({ isAsking: false, description: null, error: asStudioError(reason).toWire() });
      },
    );
  };
  const forget = (): void => {
    current.current?.control('cancel');
    setState(nothing);
  };
  return { ...state, ask, forget };
}
