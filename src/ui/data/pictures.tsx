/** Pictures of the open set: one on a canvas, a small one in a list, a few in a row. Each is blank until it has come. */
import { useEffect, useRef, type ReactElement } from 'react';
import { formatCount } from '../../lib/format.ts';
import type { DatasetSummary } from '../../protocol/set/dataset.ts';
import { placeOf } from '../../store/set/set-rows.ts';
import type { Thumbnails } from '../../store/set/pictures.ts';
import { useStudio, useStudioState } from '../studio-context.ts';

interface PictureCanvasProps {
  readonly row: number;
  /** What a screen reader hears; empty where the words stand beside it. */
  readonly label: string;
  readonly className?: string;
}

export function PictureCanvas({ row, label, className = 'picture' }: PictureCanvasProps): ReactElement {
  const studio = useStudio();
  const picturesKey = useStudioState((state) => state.dataset.value?.picturesKey);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (picturesKey === undefined) return;
    let isCurrent = true;
    void studio.pictures.album.get({ picturesKey }, row).then((picture) => {
      if (isCurrent && picture !== null && canvas.current !== null) paint(canvas.current, picture);
    });
    return () => {
      isCurrent = false;
    };
  }, [studio, picturesKey, row]);
  const named = label === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return <canvas ref={canvas} className={className} width={1} height={1} {...named} />;
}

/** Fills a canvas with a picture, at the picture's own size. */
export function paint(canvas: HTMLCanvasElement, picture: ImageData): void {
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
}

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

interface ThumbStripProps {
  readonly dataset: DatasetSummary;
  readonly thumbnails: Thumbnails;
  readonly rows: readonly number[];
  readonly onOpen: (row: number) => void;
}

/** More would not tell more. */
const SHOWN = 24;

export function ThumbStrip({ dataset, thumbnails, rows, onOpen }: ThumbStripProps): ReactElement {
  return (
    <ul className="thumb-strip">
      {rows.slice(0, SHOWN).map((row) => {
        const { label, part } = placeOf(dataset, row);
        return (
          <li key={row}>
            <button type="button" onClick={() => onOpen(row)}>
              <Thumb thumbnails={thumbnails} row={row} />
              <span className="thumb-label">{label === '' ? 'no label' : label}</span>
              <span className="thumb-part">{part ?? 'left out'}</span>
            </button>
          </li>
        );
      })}
      {rows.length > SHOWN && <li className="small">and {formatCount(rows.length - SHOWN)} more</li>}
    </ul>
  );
}
