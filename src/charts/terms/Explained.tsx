/**
 * A term with what it means: shown by hover, by focus and by touch, in a native popover; read out as its description.
 * Beside a term that a button or a link holds it has no place: a control holds no other.
 */
import { useId, useRef, type ReactElement, type ReactNode } from 'react';
import { GLOSSARY, type TermName } from '../../lib/glossary.ts';

interface ExplainedProps {
  readonly term: TermName;
  /** As it is written here. */
  readonly children: ReactNode;
}

export function Explained({ term, children }: ExplainedProps): ReactElement {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const note = useRef<HTMLSpanElement>(null);
  const show = (): void => {
    const [at, shown] = [button.current?.getBoundingClientRect(), note.current];
    if (at === undefined || shown === null || shown.matches(':popover-open')) return;
    shown.showPopover();
    const { width, height } = shown.getBoundingClientRect();
    const below = at.bottom + height + 4 < innerHeight;
    shown.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8)).toString()}px`;
    shown.style.top = `${(below ? at.bottom + 4 : at.top - height - 4).toString()}px`;
  };
  const hide = (): void => {
    if (note.current?.matches(':popover-open') === true) note.current.hidePopover();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="explained"
        aria-describedby={id}
        onPointerEnter={show}
        onPointerLeave={hide}
        onFocus={show}
        onBlur={hide}
        // By touch there is no hover, and Safari does not focus what is tapped.
        onClick={show}
        onKeyDown={({ key }) => {
          if (key === 'Escape') hide();
        }}
      >
        {children}
      </button>
      <span ref={note} id={id} popover="manual" role="tooltip" className="explanation">
        {GLOSSARY[term].means}
      </span>
    </>
  );
}
