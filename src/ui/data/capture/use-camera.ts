/** The camera while a dialog is open: its stream goes to a video and ends with the dialog. */
import { useEffect, useState, type RefObject } from 'react';
import { asStudioError, type WireError } from '../../../protocol/errors.ts';
import { openCamera } from './camera.ts';

interface Camera {
  readonly isOn: boolean;
  readonly error: WireError | null;
  /** Asks for it again. */
  readonly retry: () => void;
}

export function useCamera(video: RefObject<HTMLVideoElement | null>): Camera {
  const [attempt, setAttempt] = useState(0);
  const [isOn, setIsOn] = useState(false);
  const [error, setError] = useState<WireError | null>(null);
  useEffect(() => {
    let isCurrent = true;
    let stream: MediaStream | null = null;
    const stop = (): void => stream?.getTracks().forEach((track) => track.stop());
    const element = video.current;
    openCamera().then(
      (opened) => {
        stream = opened;
        if (!isCurrent || element === null) stop();
        else {
          element.srcObject = opened;
          setIsOn(true);
        }
      },
      (reason: unknown) => {
        if (isCurrent) setError(asStudioError(reason).toWire());
      },
    );
    return () => {
      isCurrent = false;
      stop();
      if (element !== null) element.srcObject = null;
    };
  }, [video, attempt]);
  const retry = (): void => {
    setError(null);
    setAttempt((before) => before + 1);
  };
  return { isOn, error, retry };
}
