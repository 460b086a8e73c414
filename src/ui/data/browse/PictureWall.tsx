/** All pictures of a list as a grid of which only what is in sight exists. */
import {
  memo,
  useEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type RefObject,
} from 'react';
import type { DatasetSummary } from '../../../protocol/set/dataset.ts';
import type { EditChange } from '../../../protocol/messages.ts';
import type { Thumbnails } from '../../../store/set/pictures.ts';
import { placeOf } from '../../../store/set/set-rows.ts';
import { useStudio } from '../../studio-context.ts';
import { Thumb } from '../pictures.tsx';
import { CELL, columnsIn, linesToDraw, placeAfterKey, topToShow, type Sight } from './wall-geometry.ts';

interface PictureWallProps {
  readonly dataset: DatasetSummary;
  readonly thumbnails: Thumbnails;
  readonly rows: readonly number[];
  /** The place among `rows` that has the focus at first, or null to leave the focus where it is. */
  readonly startAt: number | null;
  readonly onOpen: (place: number) => void;
}

export function PictureWall({ dataset, thumbnails, rows, startAt, onOpen }: PictureWallProps): ReactElement {
  const element = useRef<HTMLDivElement>(null);
  const [sight, setTop] = useSight(element);
  const studio = useStudio();
  const [asked, setActive] = useState(startAt ?? 0);
  // Edits may take pictures out of the list.
  const active = Math.max(0, Math.min(asked, rows.length - 1));
  // The place that takes the focus once it is drawn; after an edit, once the list is another.
  const focusNext = useRef(startAt);
  const editedIn = useRef<readonly number[] | null>(null);
  useEffect(() => {
    const wall = element.current;
    if (wall === null || focusNext.current === null || sight.width === 0) return;
    if (editedIn.current === rows) return;
    editedIn.current = null;
    const place = Math.min(focusNext.current, rows.length - 1);
    wall.scrollTop = topToShow(place, { ...sight, top: wall.scrollTop });
    wall.querySelector<HTMLElement>(`[data-place="${place.toString()}"]`)?.focus({ preventScroll: true });
    focusNext.current = null;
  }, [active, sight, rows]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const edit = editOfKey(event, dataset, rows[active]);
    if (event.key === 'Enter' || event.key === ' ') onOpen(active);
    else if (edit !== null) {
      focusNext.current = active;
      editedIn.current = rows;
      void studio.edits.change(edit);
    } else {
      const place = placeAfterKey(event.key, event.ctrlKey || event.metaKey, active, rows.length, sight);
      if (place === null) return;
      focusNext.current = place;
      editedIn.current = null;
      setActive(place);
    }
    event.preventDefault();
  };
  const columns = columnsIn(sight.width);
  const gap = Math.max(0, (sight.width - columns * CELL.width) / Math.max(1, columns - 1));
  const lines = Math.ceil(rows.length / columns);
  return (
    <div
      ref={element}
      className="wall"
      role="grid"
      aria-label="Pictures"
      aria-rowcount={lines}
      aria-colcount={columns}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div className="wall-all" role="presentation" style={{ height: lines * CELL.height }}>
        {sight.width > 0 &&
          linesToDraw(sight, rows.length, active).map((line) => (
            <Line
              key={`${columns.toString()}.${line.toString()}`}
              {...{ dataset, thumbnails, rows, line, columns, gap, onOpen }}
              active={Math.floor(active / columns) === line ? active : null}
              onFocus={setActive}
            />
          ))}
      </div>
    </div>
  );
}

/** The change that a key asks for: Delete, a digit for one of the first nine classes, Ctrl Z. */
function editOfKey(
  { key, ctrlKey, metaKey }: KeyboardEvent,
  dataset: DatasetSummary,
  row: number | undefined,
): EditChange | null {
  if (ctrlKey || metaKey) return key === 'z' && dataset.edits !== undefined ? { do: 'undo' } : null;
  if (row === undefined) return null;
  const { aside, label } = placeOf(dataset, row);
  if (key === 'Delete') return { do: aside === 'byHand' ? 'bringBack' : 'leaveOut', rows: [row] };
  const to = /^[1-9]$/.test(key) ? dataset.labels[Number(key) - 1] : undefined;
  return to === undefined || to === label ? null : { do: 'relabel', rows: [row], to };
}

interface LineProps extends Omit<PictureWallProps, 'startAt'> {
  readonly line: number;
  readonly columns: number;
  /** Between pictures, so that a line is full, in CSS pixels. */
  readonly gap: number;
  /** The place with the focus, or null where it is in another line. */
  readonly active: number | null;
  readonly onFocus: (place: number) => void;
}

/** Scrolling draws new lines only. */
const Line = memo(function Line(props: LineProps): ReactElement {
  const { dataset, thumbnails, rows, line, columns, gap, active, onFocus, onOpen } = props;
  const start = line * columns;
  return (
    <div
      className="wall-line"
      role="row"
      aria-rowindex={line + 1}
      style={{ columnGap: gap, transform: `translateY(${(line * CELL.height).toString()}px)` }}
    >
      {rows.slice(start, start + columns).map((row, column) => {
        const { label, part } = placeOf(dataset, row);
        const place = start + column;
        return (
          <div
            key={row}
            className="wall-cell"
            role="gridcell"
            aria-colindex={column + 1}
            aria-label={`${label}, ${part ?? ''}, row ${row.toString()}`}
            data-place={place}
            tabIndex={active === place ? 0 : -1}
            onFocus={() => onFocus(place)}
            onClick={() => onOpen(place)}
          >
            <Thumb thumbnails={thumbnails} row={row} />
            <span title={label}>{label}</span>
          </div>
        );
      })}
    </div>
  );
});

/** What is in sight of an element that scrolls, and what sets how far it has. */
function useSight(element: RefObject<HTMLElement | null>): [Sight, (top: number) => void] {
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [top, setTop] = useState(0);
  useEffect(() => {
    const wall = element.current;
    if (wall === null) return;
    const observer = new ResizeObserver(() => {
      setSize({ width: wall.clientWidth, height: wall.clientHeight });
    });
    observer.observe(wall);
    return () => observer.disconnect();
  }, [element]);
  return [{ ...size, top }, setTop];
}
