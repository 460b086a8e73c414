/** Augmented views of one picture side by side, each with what was done to it. */
import { useEffect, useRef, type ReactElement } from 'react';
import type { RgbaViews } from '../../protocol/dataset.ts';
import { picturesOf } from '../../store/pictures.ts';
import { paint } from './PictureCanvas.tsx';

interface ViewFiguresProps {
  /** Null until the views have come. */
  readonly sheet: RgbaViews | null;
  readonly count: number;
}

export function ViewFigures({ sheet, count }: ViewFiguresProps): ReactElement[] {
  return Array.from({ length: count }, (_, index) => (
    <figure key={index}>
      <View sheet={sheet} index={index} />
      <figcaption>{captionOf(sheet, index)}</figcaption>
    </figure>
  ));
}

function captionOf(sheet: RgbaViews | null, index: number): string {
  if (sheet === null) return '\u00a0';
  return sheet.captions[index] === '' ? 'unchanged' : (sheet.captions[index] ?? '\u00a0');
}

function View({ sheet, index }: { readonly sheet: RgbaViews | null; readonly index: number }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (sheet === null || canvas.current === null) return;
    const bytes = sheet.size * sheet.size * 4;
    const one = { ...sheet, rows: [0], rgba: sheet.rgba.slice(index * bytes, (index + 1) * bytes) };
    const picture = one.rgba.length === bytes ? picturesOf(one).get(0) : undefined;
    if (picture !== undefined) paint(canvas.current, picture);
  }, [sheet, index]);
  return <canvas ref={canvas} className="picture" width={1} height={1} aria-hidden="true" />;
}
