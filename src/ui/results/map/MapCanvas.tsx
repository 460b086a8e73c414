/** The map as it is drawn and pointed at: a click for one picture, a line around some, or a circle moved by keys. */
import {
  useEffect,
  useId,
  useRef,
  useState,
  useSyncExternalStore,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type RefObject,
} from 'react';
import { formatCount } from '../../../lib/format.ts';
import { drawMap, type MapPictures } from './draw.ts';
import { inCircle, inLasso, nearest, placed, type Place, type Placed } from './geometry.ts';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** How near a pointer has to come to a dot, in CSS pixels, and how far it moves before it draws a line. */
const NEAR = 14;
const DRAG = 5;
/** Of the circle: at first, and by how much keys change it, in CSS pixels. */
const RADIUS = 40;
const STEP = 8;

interface MapCanvasProps {
  readonly pictures: MapPictures;
  /** `[count, 2]`. */
  readonly points: Float32Array;
  /** Indices of the pictures that stand out. */
  readonly shown: readonly number[];
  /** Hears the picture that is pointed at; null for none. */
  readonly onPoint: (at: number | null) => void;
  /** Hears which are chosen, one at least. */
  readonly onChoose: (chosen: readonly number[]) => void;
}

interface Circle extends Place {
  readonly radius: number;
}

export function MapCanvas({ pictures, points, shown, onPoint, onChoose }: MapCanvasProps): ReactElement {
  const frame = useRef<HTMLDivElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(frame);
  const [at, setAt] = useState<Placed | null>(null);
  const [circle, setCircle] = useState<Circle | null>(null);
  const dots = useDots({ pictures, points, shown, width, height, onPlaced: setAt });
  const lasso = useLasso({ at, shown, over, onPoint, onChoose });
  const inside = at === null || circle === null ? [] : inCircle(at, shown, circle, circle.radius);
  useOutline(over, { width, height }, circle);
  const move = (next: Circle): void => {
    const kept = {
      x: Math.min(width, Math.max(0, next.x)),
      y: Math.min(height, Math.max(0, next.y)),
      radius: Math.min(Math.max(width, height), Math.max(STEP, next.radius)),
    };
    setCircle(kept);
    onPoint(at === null ? null : (inCircle(at, shown, kept, kept.radius)[0] ?? null));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const now = circle ?? { x: width / 2, y: height / 2, radius: RADIUS };
    const next = circleAfter(event.key, event.shiftKey, now);
    if (next !== null) move(next);
    else if (event.key === 'Enter' && inside.length > 0) onChoose(inside);
    else return;
    event.preventDefault();
  };
  const help = useId();
  return (
    <>
      <div
        ref={frame}
        className="map-frame"
        role="application"
        tabIndex={0}
        aria-label={`Map of ${formatCount(shown.length)} pictures`}
        aria-describedby={help}
        onKeyDown={onKeyDown}
        onFocus={({ currentTarget }) => {
          if (currentTarget.matches(':focus-visible')) {
            move(circle ?? { x: width / 2, y: height / 2, radius: RADIUS });
          }
        }}
        onBlur={() => setCircle(null)}
      >
        <canvas ref={dots} aria-hidden="true" />
        <canvas ref={over} aria-hidden="true" {...lasso} />
      </div>
      <p className="small map-said" role="status">
        {circle === null ? '' : circleText(inside, pictures)}
      </p>
      <p className="small" id={help}>
        Click a dot to open its picture; draw a line around some to see them all. By keys: arrows move a
        circle, + and − make it larger and smaller, Enter opens what is in it.
      </p>
    </>
  );
}

/** Null for a key that does nothing to it. */
function circleAfter(key: string, isFar: boolean, { x, y, radius }: Circle): Circle | null {
  const by = isFar ? 4 * STEP : STEP;
  switch (key) {
    case 'ArrowLeft':
      return { x: x - by, y, radius };
    case 'ArrowRight':
      return { x: x + by, y, radius };
    case 'ArrowUp':
      return { x, y: y - by, radius };
    case 'ArrowDown':
      return { x, y: y + by, radius };
    case '+':
      return { x, y, radius: radius + STEP };
    case '-':
    case '−':
      return { x, y, radius: radius - STEP };
    default:
      return null;
  }
}

function circleText(inside: readonly number[], { truths, predicted, labels }: MapPictures): string {
  const counts = labels.map((_, label) => inside.filter((at) => truths[at] === label).length);
  const some = labels
    .map((name, label) => ({ name, count: counts[label] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count)
    .slice(0, 3)
    .map(({ name, count }) => `${formatCount(count)} ${name}`);
  const wrong = inside.filter((at) => truths[at] !== predicted[at]).length;
  if (inside.length === 0) return 'No picture in the circle.';
  return `In the circle: ${some.join(', ')}${labels.length > 3 && counts.filter((count) => count > 0).length > 3 ? ' and others' : ''}; ${formatCount(wrong)} wrong.`;
}

/** Of an element, in CSS pixels; 0 before it is known. */
function useSize(element: RefObject<HTMLElement | null>): {
  readonly width: number;
  readonly height: number;
} {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const frame = element.current;
    if (frame === null) return;
    const observer = new ResizeObserver(() => {
      // One that is hidden keeps the size that it had.
      if (frame.clientWidth > 0) setSize({ width: frame.clientWidth, height: frame.clientHeight });
    });
    observer.observe(frame);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

interface DotsOptions extends Pick<MapCanvasProps, 'pictures' | 'points' | 'shown'> {
  readonly width: number;
  readonly height: number;
  /** Hears where the dots are now. */
  readonly onPlaced: (at: Placed) => void;
}

/** Draws the dots when they, their map or its colours are others. */
function useDots(options: DotsOptions): RefObject<HTMLCanvasElement | null> {
  const { pictures, points, shown, width, height, onPlaced } = options;
  const canvas = useRef<HTMLCanvasElement>(null);
  // The page’s own switch is out of reach while a dialog is open.
  const isDark = useSyncExternalStore(
    (onChange) => {
      dark.addEventListener('change', onChange);
      return () => dark.removeEventListener('change', onChange);
    },
    () => dark.matches,
  );
  useEffect(() => {
    const element = canvas.current;
    const context = element === null ? null : sized(element, width, height);
    if (element === null || context === null || width === 0) return;
    const at = placed(points, width, height);
    const { color, backgroundColor, fontFamily } = getComputedStyle(element);
    drawMap(context, at, pictures, shown, { ink: color, paper: backgroundColor, font: fontFamily });
    onPlaced(at);
  }, [pictures, points, shown, width, height, isDark, onPlaced]);
  return canvas;
}

/** The context of a canvas that is so large in CSS pixels, and as fine as the screen. */
function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const context = canvas.getContext('2d');
  context?.scale(devicePixelRatio, devicePixelRatio);
  return context;
}

interface LassoOptions extends Pick<MapCanvasProps, 'shown' | 'onPoint' | 'onChoose'> {
  readonly at: Placed | null;
  readonly over: RefObject<HTMLCanvasElement | null>;
}

/** Hears the pointer: what it is near to, what it clicks, and what it draws a line around. */
function useLasso({ at, shown, over, onPoint, onChoose }: LassoOptions) {
  const line = useRef<Place[] | null>(null);
  const placeOf = ({ clientX, clientY, currentTarget }: PointerEvent): Place => {
    const { left, top } = currentTarget.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const isLine = (drawn: readonly Place[]): boolean => {
    const [first] = drawn;
    return first !== undefined && drawn.some(({ x, y }) => Math.hypot(x - first.x, y - first.y) > DRAG);
  };
  const clear = (): void => {
    line.current = null;
    const canvas = over.current;
    canvas?.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLCanvasElement>): void => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      line.current = [placeOf(event)];
    },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>): void => {
      const place = placeOf(event);
      if (line.current === null) {
        if (at !== null) onPoint(nearest(at, shown, place, NEAR));
        return;
      }
      line.current.push(place);
      const context = over.current?.getContext('2d');
      if (context != null && isLine(line.current)) drawLine(context, line.current);
    },
    onPointerUp: (event: PointerEvent<HTMLCanvasElement>): void => {
      const drawn = line.current;
      clear();
      if (at === null || drawn === null) return;
      const one = nearest(at, shown, placeOf(event), NEAR);
      const chosen = isLine(drawn) ? inLasso(at, shown, drawn) : one === null ? [] : [one];
      if (chosen.length > 0) onChoose(chosen);
    },
    onPointerCancel: clear,
    onPointerLeave: (): void => onPoint(null),
  };
}

function drawLine(context: CanvasRenderingContext2D, line: readonly Place[]): void {
  outline(context, () => {
    for (const { x, y } of line) context.lineTo(x, y);
    context.closePath();
  });
}

/** Draws a dashed line in the map's ink, and nothing else. */
function outline(context: CanvasRenderingContext2D, path: () => void): void {
  const { canvas } = context;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.beginPath();
  path();
  context.strokeStyle = getComputedStyle(canvas).color;
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.stroke();
}

/** Draws the circle that keys move. */
function useOutline(
  over: RefObject<HTMLCanvasElement | null>,
  { width, height }: { readonly width: number; readonly height: number },
  circle: Circle | null,
): void {
  useEffect(() => {
    if (over.current !== null && width > 0) sized(over.current, width, height);
  }, [over, width, height]);
  useEffect(() => {
    const context = over.current?.getContext('2d');
    if (context == null) return;
    outline(context, () => {
      if (circle === null) return;
      context.arc(circle.x, circle.y, circle.radius, 0, 2 * Math.PI);
    });
  }, [over, circle, width, height]);
}
