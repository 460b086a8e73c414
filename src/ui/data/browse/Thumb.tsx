/** One small picture; blank until it has come, and not asked for once it is gone. */
import { useEffect, useRef, type ReactElement } from 'react';
import type { Thumbnails } from '../../../store/thumbnails.ts';
import { paint } from '../PictureCanvas.tsx';

interface ThumbProps {
  readonly thumbnails: Thumbnails;
  readonly row: number;
}

/** Hidden from screen readers: whoever shows it says what it is. */
export function Thumb({ thumbnails, row }: ThumbProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(
    () =>
      thumbnails.watch(row, (picture) => {
        if (canvas.current !== null) paint(canvas.current, picture);
      }),
    [thumbnails, row],
  );
  return <canvas ref={canvas} className="picture" width={1} height={1} aria-hidden="true" />;
}
