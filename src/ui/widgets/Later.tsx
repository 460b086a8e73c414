/** A part of the page that is loaded when it is first wanted, so that the page itself is small. */
import { useEffect, useState, type ComponentType, type ReactElement } from 'react';
import { StudioError, type WireError } from '../../protocol/errors.ts';
import { Message } from './Message.tsx';

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
