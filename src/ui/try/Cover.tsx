/** A part of the picture covered by a grey patch: by hand, where the bars follow, or one place after another as a map. */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react';
import { countOf, formatDuration, formatPercent } from '../../lib/format.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import type { Patch, TriedNetwork } from '../../protocol/try.ts';
import { useStateOf } from '../../store/use-state-of.ts';
import { useStudio } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import { HeatCanvas, SeenCanvas, type Heat } from './heat-canvas.tsx';
import type { Shown } from './trial.ts';

/** Places a side of a whole map. */
const PLACES = 14;

const FIRST: Patch = { x: 0.5, y: 0.6, side: 0.26 };

/** What an arrow key moves the patch by, and with Shift. */
const STEP = 0.03;
const FAR = 0.15;

const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const clamped = (share: number): number => Math.min(0.97, Math.max(0.03, share));

/** The patch, and what the network says with it. */
export interface Covering {
  readonly patch: Patch;
  /** Null until it has answered. */
  readonly probabilities: Float32Array | null;
  /** What the last answer took; null before the first. */
  readonly tookMs: number | null;
  readonly move: (patch: Patch) => void;
}

/** Asks again as the patch moves: for where it is when the answer before has come, never for the places between. */
export function useCovering(runId: string, shown: Shown | null): Covering {
  const studio = useStudio();
  const [patch, setPatch] = useState(FIRST);
  const [probabilities, setProbabilities] = useStateOf<Float32Array | null>(shown, null);
  const [tookMs, setTookMs] = useState<number | null>(null);
  const wanted = useRef<{ readonly patch: Patch; readonly shown: Shown } | null>(null);
  const isAsking = useRef(false);
  const askNext = (): void => {
    const next = wanted.current;
    if (isAsking.current || next === null) return;
    wanted.current = null;
    isAsking.current = true;
    const picture = { kind: 'seen', rgba: next.shown.answer.seen.rgba } as const;
    const call = studio.tries.predict({ runId, picture, patch: next.patch, wantsMaps: false });
    call.result
      .then(
        (answer) => {
          setProbabilities(answer.probabilities);
          setTookMs(answer.tookMs);
        },
        // The next picture says what is wrong with the network.
        (_failure: unknown) => setProbabilities(null),
      )
      .finally(() => {
        isAsking.current = false;
        askNext();
      });
  };
  const move = (to: Patch): void => {
    setPatch(to);
    if (shown === null) return;
    wanted.current = { patch: to, shown };
    askNext();
  };
  return { patch, probabilities, tookMs, move };
}

interface CoverPartProps {
  readonly network: TriedNetwork;
  readonly shown: Shown;
  readonly covering: Covering;
  /** The class whose loss the map shows. */
  readonly index: number;
}

export function CoverPart({ network, shown, covering, index }: CoverPartProps): ReactElement {
  const { patch, move } = covering;
  const map = useOcclusion(network, shown, patch.side);
  const label = network.labels[index] ?? '';
  const heat = map.found === null ? null : lossOf(map.found, shown, index);
  return (
    <>
      <div className="try-seen">
        <SeenCanvas seen={shown.answer.seen} label="The picture as the network sees it, without the patch" />
        {heat !== null && <HeatCanvas heat={heat.heat} opacity={0.65} side={448} hasLine />}
        <PatchButton {...{ patch, move }} />
      </div>
      <label className="try-range">
        <span>Size of the patch</span>
        <input
          type="range"
          min="8"
          max="60"
          value={Math.round(patch.side * 100)}
          onChange={({ target }) => move({ ...patch, side: Number(target.value) / 100 })}
        />
        <output>{formatPercent(patch.side, 0)}</output>
      </label>
      <p className="small">
        Drag the patch, or use the arrow keys (with Shift, far): the bars follow. Outlined: the bars without
        it.
      </p>
      <div className="actions try-every">
        {map.done === null ? (
          <button type="button" onClick={map.start}>
            Try every place in turn
          </button>
        ) : (
          <button type="button" onClick={map.stop}>
            Stop
          </button>
        )}
        {map.done === null ? (
          <p className="small">
            {countOf(PLACES ** 2, 'place')}
            {covering.tookMs !== null && `, about ${formatDuration((covering.tookMs * PLACES ** 2) / 1000)}`}
          </p>
        ) : (
          <progress aria-label="Places covered" value={map.done} max={PLACES ** 2} />
        )}
      </div>
      {map.error !== null && <Message error={map.error} />}
      {heat !== null && (
        <p className="small" role="status">
          {heat.most > 0
            ? `Blue: where covering takes most from ${label}, at most ${(heat.most * 100).toFixed(0)} points of ${formatPercent(shown.answer.probabilities[index] ?? 0, 0)}.`
            : `Wherever it is covered, ${label} loses nothing.`}
        </p>
      )}
    </>
  );
}

function PatchButton({ patch, move }: Pick<Covering, 'patch' | 'move'>): ReactElement {
  const toPointer = (event: PointerEvent<HTMLButtonElement>): void => {
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    if (box === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const x = clamped((event.clientX - box.left) / box.width);
    const y = clamped((event.clientY - box.top) / box.height);
    move({ ...patch, x, y });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const arrow = arrows[event.key];
    if (arrow === undefined) return;
    event.preventDefault();
    const by = event.shiftKey ? FAR : STEP;
    move({ ...patch, x: clamped(patch.x + arrow[0] * by), y: clamped(patch.y + arrow[1] * by) });
  };
  const place = `${formatPercent(patch.x, 0)} from the left, ${formatPercent(patch.y, 0)} from the top`;
  return (
    <button
      type="button"
      className="try-patch"
      aria-label={`Patch, ${place}. Arrow keys move it.`}
      style={{
        left: `${String(patch.x * 100)}%`,
        top: `${String(patch.y * 100)}%`,
        width: `${String(patch.side * 100)}%`,
      }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={toPointer}
      onKeyDown={onKeyDown}
    >
      <span aria-hidden="true">⤧</span>
    </button>
  );
}

/** What the network says with each place covered, row by row from the top left. */
interface Occlusion {
  readonly places: number;
  /** `[places * places, classes]`. */
  readonly probabilities: Float32Array;
}

interface OcclusionMap {
  readonly found: Occlusion | null;
  /** Places that are done; null while nothing goes on. */
  readonly done: number | null;
  readonly error: WireError | null;
  readonly start: () => void;
  readonly stop: () => void;
}

function useOcclusion({ runId, labels }: TriedNetwork, shown: Shown, side: number): OcclusionMap {
  const studio = useStudio();
  const [found, setFound] = useStateOf<Occlusion | null>(shown, null);
  const [done, setDone] = useStateOf<number | null>(shown, null);
  const [error, setError] = useStateOf<WireError | null>(shown, null);
  const ending = useRef<AbortController | null>(null);
  // Another picture, or another look, ends it.
  useEffect(() => () => ending.current?.abort(), [shown]);
  const goThrough = async (signal: AbortSignal): Promise<void> => {
    const probabilities = new Float32Array(PLACES ** 2 * labels.length);
    const picture = { kind: 'seen', rgba: shown.answer.seen.rgba } as const;
    for (let row = 0; row < PLACES; row++) {
      const asked = studio.tries.occlude({ runId, picture, places: PLACES, row, side });
      const cancel = (): void => asked.control('cancel');
      signal.addEventListener('abort', cancel);
      const answer = await asked.result.finally(() => signal.removeEventListener('abort', cancel));
      if (signal.aborted) return;
      probabilities.set(answer.probabilities, row * PLACES * labels.length);
      setDone((row + 1) * PLACES);
    }
    setFound({ places: PLACES, probabilities });
  };
  const start = (): void => {
    const controller = new AbortController();
    ending.current = controller;
    setDone(0);
    setError(null);
    goThrough(controller.signal)
      .catch((reason: unknown) => {
        if (!controller.signal.aborted) setError(asStudioError(reason).toWire());
      })
      .finally(() => {
        if (ending.current === controller) setDone(null);
      });
  };
  const stop = (): void => {
    ending.current?.abort();
    setDone(null);
  };
  return { found, done, error, start, stop };
}

const losses = new WeakMap<Occlusion, Map<number, { readonly heat: Heat; readonly most: number }>>();

/** What covering each place takes from a class, by the most that any takes. */
function lossOf(
  found: Occlusion,
  { answer }: Shown,
  index: number,
): { readonly heat: Heat; readonly most: number } {
  const known = losses.get(found) ?? new Map<number, { heat: Heat; most: number }>();
  losses.set(found, known);
  const before = known.get(index);
  if (before !== undefined) return before;
  const { places, probabilities } = found;
  const classes = answer.probabilities.length;
  const whole = answer.probabilities[index] ?? 0;
  const lost = Float32Array.from({ length: places ** 2 }, (_, place) =>
    Math.max(0, whole - (probabilities[place * classes + index] ?? 0)),
  );
  const most = Math.max(...lost);
  const values = most === 0 ? lost : lost.map((value) => value / most);
  const loss = { heat: { width: places, height: places, values }, most };
  known.set(index, loss);
  return loss;
}
