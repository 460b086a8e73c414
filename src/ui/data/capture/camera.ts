/** Owns the camera: asking for it, taking the middle square of what it shows, and what is said when there is none. */
import { useEffect, useState, useSyncExternalStore, type RefObject } from 'react';
import { asStudioError, StudioError, type WireError } from '../../../protocol/errors.ts';

/** Side of a picture in pixels: what networks take, and a little more. */
const SIDE = 320;
const QUALITY = 0.92;

/** Towards who holds it, or away; machines with one camera have that one. */
export type Facing = 'user' | 'environment';

/**
 * Asks for the camera. Whoever gets the stream stops its tracks.
 *
 * @throws StudioError `data/no-camera`, `data/camera-refused`, `data/camera-busy`
 */
async function openCamera(facing: Facing): Promise<MediaStream> {
  // Browsers take it away from pages that are not served safely.
  if (!('mediaDevices' in navigator)) throw notSafe();
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: facing },
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
  const canvas = document.createElement('canvas');
  if (drawSquare(video, canvas, SIDE) === null) return null;
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
}

/**
 * The pixels of the middle square of what a video shows, as many as there are.
 *
 * @param canvas is drawn on, and may be used again
 * @returns null while the video has no picture yet
 */
export function readFrame(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData | null {
  const context = drawSquare(video, canvas, Infinity);
  return context?.getImageData(0, 0, canvas.width, canvas.height) ?? null;
}

function drawSquare(
  video: HTMLVideoElement,
  canvas: HTMLCanvasElement,
  mostSide: number,
): CanvasRenderingContext2D | null {
  const { videoWidth, videoHeight } = video;
  const square = Math.min(videoWidth, videoHeight);
  if (square === 0) return null;
  const side = Math.min(mostSide, square);
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const [left, top] = [(videoWidth - square) / 2, (videoHeight - square) / 2];
  context?.drawImage(video, left, top, square, square, 0, 0, side, side);
  return context;
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

function unplugged(): StudioError {
  return new StudioError({
    code: 'data/camera-gone',
    message: 'The camera was there, and gives no more pictures: it was unplugged or taken away.',
    hint: 'Connect it again, or allow it again, and try again.',
    retryable: true,
  });
}

function notSafe(): StudioError {
  return new StudioError({
    code: 'data/no-camera',
    message: 'A camera was expected; the browser offers none to this page.',
    hint: 'Browsers give a camera only to pages at https:// addresses and at localhost: open Mien there.',
  });
}

function onVisibility(onChange: () => void): () => void {
  document.addEventListener('visibilitychange', onChange);
  return () => document.removeEventListener('visibilitychange', onChange);
}

interface Camera {
  readonly isOn: boolean;
  readonly error: WireError | null;
  /** Asks for it again. */
  readonly retry: () => void;
}

/** Let go of while the tab is hidden: nobody sees what it shows then, and its light would be on all the same. */
export function useCamera(video: RefObject<HTMLVideoElement | null>, facing: Facing = 'user'): Camera {
  const isHidden = useSyncExternalStore(onVisibility, () => document.hidden);
  const [attempt, setAttempt] = useState(0);
  const [isOn, setIsOn] = useState(false);
  const [error, setError] = useState<WireError | null>(null);
  useEffect(() => {
    if (isHidden) return;
    let isCurrent = true;
    let stream: MediaStream | null = null;
    const stop = (): void => stream?.getTracks().forEach((track) => track.stop());
    const element = video.current;
    openCamera(facing).then(
      (opened) => {
        stream = opened;
        if (!isCurrent || element === null) stop();
        else {
          element.srcObject = opened;
          setIsOn(true);
          for (const track of opened.getTracks()) {
            track.addEventListener('ended', () => {
              if (isCurrent) setError(unplugged().toWire());
            });
          }
        }
      },
      (reason: unknown) => {
        if (isCurrent) setError(asStudioError(reason).toWire());
      },
    );
    return () => {
      isCurrent = false;
      stop();
      setIsOn(false);
      if (element !== null) element.srcObject = null;
    };
  }, [video, facing, attempt, isHidden]);
  const retry = (): void => {
    setError(null);
    setAttempt((before) => before + 1);
  };
  return { isOn, error, retry };
}
