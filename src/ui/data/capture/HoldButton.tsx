/** A button that acts as long as it is held: by pointer, or by Space or Enter. */
import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';

interface HoldButtonProps {
  readonly disabled: boolean;
  /** Called at once and then again and again. */
  readonly onTick: () => void;
  readonly children: ReactNode;
}

/** Eight times a second: fast enough for many, slow enough to move between two. */
const TICK_MS = 125;

export function HoldButton({ disabled, onTick, children }: HoldButtonProps): ReactElement {
  const timer = useRef<ReturnType<typeof setInterval> | null>(null);
  const latest = useRef(onTick);
  useEffect(() => {
    latest.current = onTick;
  });
  const stop = (): void => {
    if (timer.current !== null) clearInterval(timer.current);
    timer.current = null;
  };
  const start = (): void => {
    if (disabled || timer.current !== null) return;
    latest.current();
    timer.current = setInterval(() => latest.current(), TICK_MS);
  };
  useEffect(() => stop, []);
  return (
    <button
      type="button"
      className="hold"
      disabled={disabled}
      onPointerDown={(event) => {
        if (event.button === 0) start();
      }}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onBlur={stop}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        start();
      }}
      onKeyUp={(event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        stop();
      }}
      onClick={(event) => {
        // Neither a pointer nor a key: a screen reader's click takes one.
        if (event.detail === 0) latest.current();
      }}
    >
      {children}
    </button>
  );
}
