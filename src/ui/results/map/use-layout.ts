/** Pictures laid out in a plane by their features: one layout soon, a better one later, whose making can be given up. */
import { useEffect, useRef, useState } from 'react';
import type { WireError } from '../../../protocol/errors.ts';
import type { Layout } from '../../../protocol/set/projection.ts';
import { project } from '../../../client/projection.ts';

export interface Laying {
  /** The better of those that are there; null before the first. */
  readonly layout: Layout | null;
  /** How much of the features' variance the first layout holds, 0 to 1. */
  readonly share: number;
  /** Epochs of the second; null before it has begun, and when it has ended. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly isLaying: boolean;
  readonly error: WireError | null;
  /** Keeps the first layout. */
  readonly stop: () => void;
}

type State = Omit<Laying, 'stop'>;

const BEGUN: State = { layout: null, share: 0, progress: null, isLaying: true, error: null };

/** @param features `[count, channels]`; stays the caller's */
export function useLayout(features: Float32Array<ArrayBuffer>, count: number): Laying {
  const [state, setState] = useState(BEGUN);
  const ending = useRef<() => void>(() => undefined);
  useEffect(() => {
    const end = project(
      { features: features.slice(), count },
      {
        onLayout: (layout, share) =>
          setState((before) =>
            layout.by === 'pca'
              ? { ...BEGUN, layout, share }
              : { ...before, layout, progress: null, isLaying: false },
          ),
        onProgress: (done, total) => setState((before) => ({ ...before, progress: { done, total } })),
        onFailure: (error) =>
          setState((before) => ({ ...before, progress: null, isLaying: false, error: error.toWire() })),
      },
    );
    ending.current = end;
    return end;
  }, [features, count]);
  const stop = (): void => {
    ending.current();
    setState((before) => ({ ...before, progress: null, isLaying: false }));
  };
  return { ...state, stop };
}
