/** An error in the house's form: what happened, what is kept, what you can do; the code last. */
import type { ReactElement, ReactNode } from 'react';
import type { WireError } from '../../protocol/errors.ts';
import { useStateOf } from '../../store/use-state-of.ts';
import { Icon } from './Icon.tsx';

interface MessageProps {
  readonly error: WireError;
  /** What is not lost, where that is worth saying. */
  readonly kept?: string | undefined;
  /** Buttons for what you can do. */
  readonly children?: ReactNode;
}

export function Message({ error, kept, children }: MessageProps): ReactElement {
  return (
    <div className="message trouble" role="alert">
      <p className="what">
        <Icon name="warn" />
        <span>{error.message}</span>
      </p>
      {kept !== undefined && <p>{kept}</p>}
      <p className="small">{error.hint}</p>
      {children !== undefined && <div className="actions">{children}</div>}
      <p className="small dim">
        <code>{error.code}</code> · <CopyDetails error={error} />
      </p>
    </div>
  );
}

/** What must be known though work goes on. The state has each message once, but not each code. */
export function Notices({ notices }: { readonly notices: readonly WireError[] }): ReactElement[] {
  return notices.map((notice) => <Message key={notice.message} error={notice} />);
}

function CopyDetails({ error }: { readonly error: WireError }): ReactElement {
  const [copied, setCopied] = useStateOf<'no' | 'yes' | 'refused'>(error, 'no');
  const copy = (): void => {
    const details = JSON.stringify({ ...error, page: location.href, browser: navigator.userAgent }, null, 2);
    // Pages that came over plain http have none.
    const { clipboard } = navigator as { readonly clipboard?: Clipboard };
    if (clipboard === undefined) {
      setCopied('refused');
      return;
    }
    clipboard.writeText(details).then(
      () => setCopied('yes'),
      // The browser may forbid it (no permission, no focus); the button then says so.
      (_refusal: unknown) => setCopied('refused'),
    );
  };
  const words = { no: 'copy details', yes: 'details copied', refused: 'the browser did not allow copying' };
  return (
    <button type="button" className="link" onClick={copy}>
      {words[copied]}
    </button>
  );
}
