/** A native modal dialog: focus and the backdrop are the browser's. Most are loaded when they are first opened. */
import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type ComponentType,
  type ReactElement,
  type ReactNode,
} from 'react';
import { StudioError, type WireError } from '../../protocol/errors.ts';
import { openDialog } from './dialog-stack.ts';
import { Message } from './Message.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** Takes the whole window's room in place of a column's. */
  readonly isWide?: boolean;
  /** Asked at Escape, at Back and at a click beside it: true when there was something else to leave first. */
  readonly onLeave?: () => boolean;
  readonly children: ReactNode;
}

/** Open as long as it is mounted. */
export function Dialog({ title, onClose, isWide = false, onLeave, children }: DialogProps): ReactElement {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const leave = (): void => {
    if (onLeave?.() !== true) element.current?.close();
  };
  const latest = useRef(leave);
  // Before anything is painted: what is seen in it is known when it is left.
  useLayoutEffect(() => {
    latest.current = leave;
  });
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    const taken = openDialog(() => latest.current());
    return () => {
      taken();
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      ref={element}
      className={isWide ? 'wide' : undefined}
      aria-labelledby={heading}
      onClose={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) leave();
      }}
    >
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
  );
}

interface LaterProps<Props extends object> {
  /** Gives the same answer each time, as `import()` does. */
  readonly load: () => Promise<ComponentType<Props>>;
  readonly props: Props;
}

/** Nothing while it loads; says so where it cannot be loaded. */
export function Later<Props extends object>({ load, props }: LaterProps<Props>): ReactElement | null {
  const [loaded, setLoaded] = useState<{ readonly Part: ComponentType<Props> } | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  useEffect(() => {
    let isCurrent = true;
    load().then(
      (Part) => {
        if (isCurrent) setLoaded({ Part });
      },
      (cause: unknown) => {
        if (isCurrent) setError(notLoaded(cause).toWire());
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [load]);
  if (error !== null) return <Message error={error} />;
  return loaded === null ? null : <loaded.Part {...props} />;
}

function notLoaded(cause: unknown): StudioError {
  return new StudioError({
    code: 'net/part-missing',
    message: 'This part of the page was expected from its server; it did not come.',
    hint: 'Check the network and reload the page. What was stored is kept.',
    retryable: true,
    cause,
  });
}
