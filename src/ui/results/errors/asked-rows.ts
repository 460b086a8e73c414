/** Asking a run's network about many pictures of its set: only when the user wants it, with progress, and given up at once. */
import { useEffect, useRef } from 'react';
import { asStudioError, isAbort, type WireError } from '../../../protocol/errors.ts';
import type { AnsweredRows } from '../../../protocol/try.ts';
import { useStateOf } from '../../../store/use-state-of.ts';
import { useStudio } from '../../studio-context.ts';

export interface AskedRows {
  /** Null before all of them are answered. */
  readonly answer: AnsweredRows | null;
  readonly isAsking: boolean;
  /** How many are answered, while it is asking. */
  readonly done: number;
  readonly error: WireError | null;
  readonly start: () => void;
  readonly stop: () => void;
}

type Progress = Pick<AskedRows, 'answer' | 'isAsking' | 'done' | 'error'>;

const NOTHING: Progress = { answer: null, isAsking: false, done: 0, error: null };

/** @param rows the same array as long as they are the same rows */
export function useAskedRows(
  runId: string | null,
  rows: ArrayLike<number>,
  wantsFeatures: boolean,
): AskedRows {
  const studio = useStudio();
  const [progress, setProgress] = useStateOf<Progress>(rows, NOTHING);
  const ending = useRef<AbortController | null>(null);
  useEffect(() => () => ending.current?.abort(), [rows]);
  const start = (): void => {
    if (runId === null) return;
    ending.current?.abort();
    const { signal } = (ending.current = new AbortController());
    const tell = (next: Partial<Progress>): void => setProgress({ ...NOTHING, ...next });
    tell({ isAsking: true });
    const onProgress = (done: number): void => {
      if (!signal.aborted) tell({ isAsking: true, done });
    };
    studio.tries.askRows({ runId, rows, wantsFeatures, onProgress, signal }).then(
      (answer) => {
        if (!signal.aborted) tell({ answer });
      },
      (reason: unknown) => {
        if (isAbort(reason)) tell({});
        else tell({ error: asStudioError(reason).toWire() });
      },
    );
  };
  return { ...progress, start, stop: () => ending.current?.abort() };
}
