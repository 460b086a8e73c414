/** Owns the camera: asking for it, taking a square picture of what it shows, and what is said when there is none. */
import { useEffect, useState, type RefObject } from 'react';
import { asStudioError, StudioError, type WireError } from '../../../protocol/errors.ts';

/** Side of a picture in pixels: what networks take, and a little more. */
const SIDE = 320;
const QUALITY = 0.92;

/**
 * Asks for the camera. Whoever gets the stream stops its tracks.
 *
 * @throws StudioError `data/no-camera`, `data/camera-refused`, `data/camera-busy`
 */
async function openCamera(): Promise<MediaStream> {
  // Browsers take it away from pages that are not served safely.
  if (!('mediaDevices' in navigator)) throw notSafe();
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: 'user' },
      audio: false,
    });
  } catch (cause) {
    throw cameraError(cause);
  }
}

/**
 * Takes the middle square of what a video shows.
 *
 * @returns a JPEG file, or null while the video has no picture yet
 */
export async function takePicture(video: HTMLVideoElement): Promise<Blob | null> {
  const { videoWidth, videoHeight } = video;
  const square = Math.min(videoWidth, videoHeight);
  if (square === 0) return null;
  const side = Math.min(SIDE, square);
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const [left, top] = [(videoWidth - square) / 2, (videoHeight - square) / 2];
  canvas.getContext('2d')?.drawImage(video, left, top, square, square, 0, 0, side, side);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
}

function cameraError(cause: unknown): StudioError {
  const name = cause instanceof DOMException ? cause.name : '';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') {
    return new StudioError({
      code: 'data/no-camera',
      message: 'A camera was expected; this machine has none.',
      hint: 'Connect a camera and try again, or choose another source of pictures.',
      retryable: true,
      cause,
    });
  }
  if (name === 'NotAllowedError' || name === 'SecurityError') {
    return new StudioError({
      code: 'data/camera-refused',
      message: 'The camera was asked for, and it was not allowed.',
      hint: 'Allow the camera for this page, at the left of the address, and try again.',
      retryable: true,
      cause,
    });
  }
  if (name === 'NotReadableError' || name === 'AbortError') {
    return new StudioError({
      code: 'data/camera-busy',
      message: 'The camera is there but gives no picture: another program may be using it.',
      hint: 'Close other programs that use the camera and try again.',
      retryable: true,
      cause,
    });
  }
  return asStudioError(cause);
}

function notSafe(): StudioError {
  return new StudioError({
    code: 'data/no-camera',
    message: 'A camera was expected; the browser offers none to this page.',
    hint: 'Browsers give a camera only to pages at https:// addresses and at localhost: open Mien there.',
  });
}

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
