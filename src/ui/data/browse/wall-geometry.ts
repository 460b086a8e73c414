/** Where things lie in the wall of pictures: all cells have one size, so that nothing moves when pictures come. */

/** In CSS pixels, with the space around it. The picture's own side is `--wall-picture` in browse.css. */
export const CELL = { width: 88, height: 112, picture: 80 } as const;

/** Lines drawn above and below what is in sight, so that a turn of the wheel shows no gap. */
const LINES_BEYOND = 3;

/** What is seen of the wall, in CSS pixels. */
export interface Sight {
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** How many pictures stand in a line; one at least. */
export function columnsIn(width: number): number {
  return Math.max(1, Math.floor(width / CELL.width));
}

/** Lines to draw: those in sight and a few around them, and the one that has the focus wherever it is. */
export function linesToDraw(sight: Sight, count: number, active: number): readonly number[] {
  const columns = columnsIn(sight.width);
  const lines = Math.ceil(count / columns);
  const first = Math.max(0, Math.floor(sight.top / CELL.height) - LINES_BEYOND);
  const last = Math.min(lines - 1, Math.floor((sight.top + sight.height) / CELL.height) + LINES_BEYOND);
  const drawn = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const focused = Math.floor(active / columns);
  if (focused < first) return [focused, ...drawn];
  return focused > last && focused < lines ? [...drawn, focused] : drawn;
}

/**
 * Where a key moves the focus among `count` pictures.
 *
 * @returns the picture's place, or null for a key that moves nothing
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/grid/
 */
export function placeAfterKey(
  key: string,
  withControl: boolean,
  place: number,
  count: number,
  { width, height }: Pick<Sight, 'width' | 'height'>,
): number | null {
  const columns = columnsIn(width);
  const screen = Math.max(1, Math.floor(height / CELL.height)) * columns;
  const start = place - (place % columns);
  const moved = {
    ArrowLeft: place - 1,
    ArrowRight: place + 1,
    ArrowUp: place - columns,
    ArrowDown: place + columns,
    PageUp: place - screen,
    PageDown: place + screen,
    Home: withControl ? 0 : start,
    End: withControl ? count - 1 : start + columns - 1,
  }[key];
  if (moved === undefined) return null;
  if (moved >= 0 && moved < count) return moved;
  // Beyond the first or last line the focus stays where it is, save that a page goes as far as there is.
  if (key === 'PageUp') return place % columns;
  return key === 'PageDown' || key === 'End' ? count - 1 : place;
}

/** How far to scroll so that a picture's line is in sight: as little as needed. */
export function topToShow(place: number, { top, width, height }: Sight): number {
  const line = Math.floor(place / columnsIn(width)) * CELL.height;
  return Math.min(line, Math.max(top, line + CELL.height - height));
}
