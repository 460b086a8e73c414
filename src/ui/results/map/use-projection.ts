/** Pictures laid out in a plane by their features: one projection soon, a better one later, whose making can be given up. */
import { useEffect, useRef, useState } from 'react';
import type { WireError } from '../../../protocol/errors.ts';
import type { Projection } from '../../../protocol/set/projection.ts';
import { project } from '../../../client/projection.ts';

export interface MapProjection {
  /** The better of those that are there; null before the first. */
  readonly projection: Projection | null;
  /** How much of the features' variance the first projection holds, 0 to 1. */
  readonly share: number;
  /** Epochs of the second; null before it has begun, and when it has ended. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly isProjecting: boolean;
  readonly error: WireError | null;
  /** Keeps the first projection. */
  readonly stop: () => void;
}

type State = Omit<MapProjection, 'stop'>;

const BEGUN: State = { projection: null, share: 0, progress: null, isProjecting: true, error: null };

/** @param features `[count, channels]`; stays the caller's */
export function useProjection(features: Float32Array<ArrayBuffer>, count: number): MapProjection {
  const [state, setState] = useState(BEGUN);
  const ending = useRef<() => void>(() => undefined);
  useEffect(() => {
    const end = project(
      { features: features.slice(), count },
      {
        onProjection: (projection, share) =>
          setState((before) =>
            projection.by === 'pca'
              ? { ...BEGUN, projection, share }
              : { ...before, projection, progress: null, isProjecting: false },
          ),
        onProgress: (done, total) => setState((before) => ({ ...before, progress: { done, total } })),
        onFailure: (error) =>
          setState((before) => ({ ...before, progress: null, isProjecting: false, error: error.toWire() })),
      },
    );
    ending.current = end;
    return end;
  }, [features, count]);
  const stop = (): void => {
    ending.current();
    setState((before) => ({ ...before, progress: null, isProjecting: false }));
  };
  return { ...state, stop };
}
