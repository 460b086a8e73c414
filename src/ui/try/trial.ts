/** What is tried: one picture with what the network says of it, many at once, or what the camera shows; one of these. */
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { Answer, AskedPicture, TriedNetwork } from '../../protocol/try.ts';
import type { TryRequests } from '../../store/requests/try-requests.ts';
import { useStudio } from '../studio-context.ts';
import { fromList, openedOf, type Opened, type OpenedFile } from './opened-files.ts';

/** A picture to ask about. */
export interface Asking {
  /** What it is called; empty for one that has no name. */
  readonly name: string;
  readonly picture: AskedPicture;
  /** Its true class, where it is one of the set's. */
  readonly truth: number | null;
  /** Which face of it, the largest first; absent where it is the whole picture. */
  readonly face?: number;
}

/** A picture with its answer. */
export interface Shown extends Asking {
  readonly answer: Answer;
  /** Address of its file for an `img`; null where it has none. */
  readonly url: string | null;
}

/** The latest picture that was asked about, nothing before it. */
interface One {
  readonly shown: Shown | null;
  readonly isAsking: boolean;
  /** Why the picture asked for last is not shown; the one before it still is. */
  readonly error: WireError | null;
  readonly ask: (asking: Asking) => void;
  readonly clear: () => void;
}

function useOne({ runId, members }: TriedNetwork): One {
  const studio = useStudio();
  const [shown, setShown] = useState<Shown | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [error, setError] = useState<WireError | null>(null);
  const latest = useRef<ReturnType<TryRequests['predict']> | null>(null);
  const url = shown?.url ?? null;
  useEffect(
    () => () => {
      if (url !== null) URL.revokeObjectURL(url);
    },
    [url],
  );
  useEffect(() => () => latest.current?.control('cancel'), []);

  const drop = (): void => {
    latest.current?.control('cancel');
    latest.current = null;
    setIsAsking(false);
    setError(null);
  };
  const ask = (asking: Asking): void => {
    drop();
    setIsAsking(true);
    const { picture, face } = asking;
    const asked = { runId, picture, wantsMaps: members === 1, ...(face !== undefined && { face }) };
    const call = studio.tries.predict(asked);
    latest.current = call;
    call.result.then(
      (answer) => {
        if (latest.current !== call) return;
        setIsAsking(false);
        const address = picture.kind === 'file' ? URL.createObjectURL(picture.file) : null;
        setShown({ ...asking, answer, url: address });
      },
      (reason: unknown) => {
        if (latest.current !== call || isAbort(reason)) return;
        setIsAsking(false);
        setError(asStudioError(reason).toWire());
      },
    );
  };
  const clear = (): void => {
    drop();
    setShown(null);
  };
  return { shown, isAsking, error, ask, clear };
}

/** What the network says of the camera now. */
export interface LiveAnswer {
  readonly answer: Answer;
  /** Smoothed where that is wanted. */
  readonly probabilities: Float32Array;
}

/** What is tried, and how something else comes to be. */
export interface Trial {
  readonly one: One;
  /** Those of the table; null for none. */
  readonly opened: Opened | null;
  readonly isLive: boolean;
  /** Null before the first answer. */
  readonly live: LiveAnswer | null;
  readonly onLive: (live: LiveAnswer) => void;
  /** Whether faces are looked for, so that the network is shown one in place of the whole picture. */
  readonly findsFaces: boolean;
  readonly findFaces: (finds: boolean) => void;
  /** Asks about one that is not among those of the table. */
  readonly ask: (asking: Asking) => void;
  /** Asks about one of those of the table. */
  readonly askAmong: (opened: OpenedFile) => void;
  readonly openFiles: (files: readonly OpenedFile[]) => void;
  readonly openCamera: () => void;
  readonly closeCamera: () => void;
}

/** Whether faces are looked for; and asking about a picture accordingly. */
function useFaces(one: One): Pick<Trial, 'findsFaces' | 'findFaces'> & {
  readonly askOne: (asking: Asking) => void;
} {
  const [findsFaces, setFindsFaces] = useState(false);
  const askAs = (asking: Asking, finds: boolean): void => {
    const { name, picture, truth } = asking;
    // The set's own pictures are as the network was trained on them.
    const isWhole = !finds || picture.kind === 'row';
    one.ask({ name, picture, truth, ...(isWhole ? {} : { face: 0 }) });
  };
  const findFaces = (finds: boolean): void => {
    setFindsFaces(finds);
    if (one.shown !== null) askAs(one.shown, finds);
  };
  return { findsFaces, findFaces, askOne: (asking) => askAs(asking, findsFaces) };
}

/** Pictures that are pasted while this is mounted are opened. */
export function useTrial(network: TriedNetwork): Trial {
  const one = useOne(network);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [isLive, setIsLive] = useState(false);
  const [live, setLive] = useState<LiveAnswer | null>(null);
  const { findsFaces, findFaces, askOne } = useFaces(one);
  const closeCamera = (): void => {
    setIsLive(false);
    setLive(null);
  };
  const ask = (asking: Asking): void => {
    closeCamera();
    setOpened(null);
    askOne(asking);
  };
  const askAmong = ({ name, file }: OpenedFile): void =>
    askOne({ name, picture: { kind: 'file', file }, truth: null });
  const openFiles = (files: readonly OpenedFile[]): void => {
    const found = openedOf(files);
    const [first] = found.pictures;
    if (files.length === 0) return;
    if (found.pictures.length === 1 && found.others === 0 && first !== undefined) {
      ask({ name: first.name, picture: { kind: 'file', file: first.file }, truth: null });
      return;
    }
    closeCamera();
    one.clear();
    setOpened(found);
  };
  const onPaste = useEffectEvent((event: ClipboardEvent): void => {
    const files = fromList(event.clipboardData?.files ?? null);
    if (files.length === 0) return;
    event.preventDefault();
    openFiles(files);
  });
  useEffect(() => {
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, []);
  const openCamera = (): void => {
    one.clear();
    setOpened(null);
    setIsLive(true);
  };
  return {
    ...{ one, opened, isLive, live, onLive: setLive, findsFaces, findFaces },
    ...{ ask, askAmong, openFiles, openCamera, closeCamera },
  };
}
