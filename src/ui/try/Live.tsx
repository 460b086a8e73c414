/** The camera, asked about as fast as the device answers: a frame at a time, none while the tab is hidden. */
import { useEffect, useEffectEvent, useRef, useState, type ReactElement } from 'react';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { Answer, AskedPicture } from '../../protocol/try.ts';
import { useStudio } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import type { LiveAnswer } from './trial.ts';
import { readFrame, useCamera, type Facing } from '../data/capture/camera.ts';

/** Answers of so long are taken together, where they are smoothed. */
const SMOOTH_MS = 500;
/** The pace is said anew so often. */
const PACE_MS = 1000;

interface LiveProps {
  readonly runId: string;
  readonly findsFaces: boolean;
  readonly onAnswer: (live: LiveAnswer) => void;
  /** Hears the frame that was asked about last, to be looked at. */
  readonly onHold: (picture: AskedPicture) => void;
  readonly onClose: () => void;
}

/** Phones are held towards something else, laptops towards oneself. */
const usualFacing = (): Facing => (matchMedia('(pointer: coarse)').matches ? 'environment' : 'user');

export function Live({ runId, findsFaces, onAnswer, onHold, onClose }: LiveProps): ReactElement {
  const video = useRef<HTMLVideoElement>(null);
  const lastRef = useRef<AskedPicture | null>(null);
  const [facing, setFacing] = useState(usualFacing);
  const [isSmooth, setIsSmooth] = useState(true);
  const camera = useCamera(video, facing);
  const { pace, error } = useFrames({
    runId,
    findsFaces,
    video,
    isOn: camera.isOn,
    isSmooth,
    lastRef,
    onAnswer,
  });
  const trouble = camera.error ?? error;
  const hold = (): void => {
    if (lastRef.current !== null) onHold(lastRef.current);
  };
  return (
    <>
      <video
        ref={video}
        className={facing === 'user' ? 'try-video is-mirror' : 'try-video'}
        autoPlay
        muted
        playsInline
        hidden={trouble !== null}
        aria-label="What the camera shows"
      />
      {trouble !== null && (
        <Message error={trouble} kept="Pictures can be opened without it.">
          <button type="button" onClick={camera.retry}>
            Try again
          </button>
        </Message>
      )}
      <div className="actions try-live">
        <button type="button" className="go" disabled={pace === null} onClick={hold}>
          Hold still
        </button>
        <button type="button" onClick={onClose}>
          Close the camera
        </button>
        <fieldset className="try-looks">
          <legend className="visually-hidden">Which camera</legend>
          {(['user', 'environment'] as const).map((each) => (
            <label key={each}>
              <input type="radio" name="facing" checked={facing === each} onChange={() => setFacing(each)} />
              {each === 'user' ? 'Front' : 'Rear'}
            </label>
          ))}
        </fieldset>
      </div>
      <label className="try-check">
        <input type="checkbox" checked={isSmooth} onChange={({ target }) => setIsSmooth(target.checked)} />
        Smoothed over half a second
      </label>
      <p className="small try-pace">
        {pace === null
          ? 'Waiting for the camera.'
          : `${pace.toFixed(pace < 10 ? 1 : 0)} pictures a second, as fast as this device answers.`}
      </p>
    </>
  );
}

interface FramesOptions {
  readonly runId: string;
  readonly findsFaces: boolean;
  readonly video: React.RefObject<HTMLVideoElement | null>;
  readonly isOn: boolean;
  readonly isSmooth: boolean;
  readonly lastRef: React.RefObject<AskedPicture | null>;
  readonly onAnswer: (live: LiveAnswer) => void;
}

/** Asks about one frame after another; `pace` in frames a second, null before the first answer. */
function useFrames({ runId, findsFaces, video, isOn, isSmooth, lastRef, onAnswer }: FramesOptions): {
  readonly pace: number | null;
  readonly error: WireError | null;
} {
  const studio = useStudio();
  const [pace, setPace] = useState<number | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const recent = useRef<{ readonly atMs: number; readonly probabilities: Float32Array }[]>([]);
  const hear = useEffectEvent((answer: Answer): void => {
    const atMs = performance.now();
    const { probabilities } = answer;
    const kept = recent.current.filter((one) => atMs - one.atMs < SMOOTH_MS);
    recent.current = [...kept, { atMs, probabilities }];
    onAnswer({ answer, probabilities: isSmooth ? meanOf(recent.current) : probabilities });
  });
  useEffect(() => {
    if (!isOn) return;
    const ended = new AbortController();
    const isOver = (): boolean => ended.signal.aborted;
    const canvas = document.createElement('canvas');
    const goOn = async (): Promise<void> => {
      let counted = 0;
      let sinceMs = performance.now();
      for (;;) {
        await nextFrame(video.current, ended.signal);
        if (isOver() || video.current === null) return;
        const frame = readFrame(video.current, canvas);
        if (frame === null) continue;
        const picture = {
          kind: 'frame',
          width: frame.width,
          height: frame.height,
          rgba: frame.data,
        } as const;
        const asked = { runId, picture, wantsMaps: false, ...(findsFaces && { face: 0 }) };
        const answer = await studio.tries.predict(asked).result;
        if (isOver()) return;
        lastRef.current = picture;
        hear(answer);
        counted += 1;
        const tookMs = performance.now() - sinceMs;
        if (tookMs < PACE_MS) continue;
        setPace((counted * 1000) / tookMs);
        counted = 0;
        sinceMs = performance.now();
      }
    };
    goOn().catch((reason: unknown) => {
      if (!isOver() && !isAbort(reason)) setError(asStudioError(reason).toWire());
    });
    return () => ended.abort();
  }, [studio, runId, findsFaces, video, isOn, lastRef]);
  return { pace, error };
}

/** Waits for a picture that was not there before. */
function nextFrame(video: HTMLVideoElement | null, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => resolve();
    signal.addEventListener('abort', end, { once: true });
    if (video === null || !('requestVideoFrameCallback' in video)) requestAnimationFrame(end);
    else video.requestVideoFrameCallback(end);
  });
}

function meanOf(recent: readonly { readonly probabilities: Float32Array }[]): Float32Array {
  const classes = recent[0]?.probabilities.length ?? 0;
  return Float32Array.from(
    { length: classes },
    (_, index) => recent.reduce((sum, one) => sum + (one.probabilities[index] ?? 0), 0) / recent.length,
  );
}
