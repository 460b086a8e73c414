/** One picture of the open set on a canvas; blank until the worker has sent it. */
import { useEffect, useRef, type ReactElement } from 'react';
import { useStudio, useStudioState } from '../studio-context.ts';

interface PictureCanvasProps {
  readonly row: number;
  /** What a screen reader hears; empty where the words stand beside it. */
  readonly label: string;
  readonly className?: string;
}

export function PictureCanvas({ row, label, className = 'picture' }: PictureCanvasProps): ReactElement {
  const studio = useStudio();
  const dataset = useStudioState((state) => state.dataset.value);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (dataset === null) return;
    let isCurrent = true;
    void studio.pictures.album.get(dataset, row).then((picture) => {
      if (isCurrent && picture !== null && canvas.current !== null) paint(canvas.current, picture);
    });
    return () => {
      isCurrent = false;
    };
  }, [studio, dataset, row]);
  const named = label === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return <canvas ref={canvas} className={className} width={1} height={1} {...named} />;
}

/** Fills a canvas with a picture, at the picture's own size. */
export function paint(canvas: HTMLCanvasElement, picture: ImageData): void {
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
}
