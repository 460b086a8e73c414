/**
 * A field for one number (or word) of the recipe: label, native input, one plain sentence or what is wrong with it.
 * What is typed is taken with Enter or when the field is left, and not before: on the way to 640 nobody asked for 64.
 */
import { useEffect, useId, useRef, useState, type ReactElement, type ReactNode } from 'react';

interface TextSettingProps {
  readonly label: string;
  readonly help: string;
  /** As the recipe has it. */
  readonly value: string;
  readonly isReadOnly: boolean;
  readonly isNumeric?: boolean;
  readonly placeholder?: string | undefined;
  /** What can be done about it, behind the sentence. */
  readonly action?: ReactNode;
  /** Tries what was typed; returns why it does not do, or null. */
  readonly onCommit: (typed: string) => string | null;
}

/** What is typed and not taken yet. */
interface Draft {
  readonly text: string;
  /** The value that it was typed over. */
  readonly of: string;
  /** Why it was not taken. */
  readonly wrong: string | null;
}

export function TextSetting(props: TextSettingProps): ReactElement {
  const { label, help, value, isReadOnly, isNumeric = true, placeholder, action, onCommit } = props;
  const id = useId();
  const afterPress = useAfterPress();
  const [draft, setDraft] = useState<Draft | null>(null);
  // A draft belongs to the value it was typed over; when that changes from outside, the draft is void.
  const current =
    draft !== null && !isReadOnly && (draft.of === value || draft.wrong !== null) ? draft : null;
  const commit = (): void => {
    if (current === null) return;
    const typed = current.text.trim();
    const wrong = typed === value ? null : onCommit(typed);
    setDraft(wrong === null ? null : { ...current, wrong });
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputMode={isNumeric ? 'decimal' : 'text'}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={current?.text ?? value}
        readOnly={isReadOnly}
        aria-invalid={current?.wrong != null}
        aria-describedby={`${id}-help`}
        onChange={(event) => setDraft({ text: event.target.value, of: value, wrong: null })}
        onBlur={() => afterPress(commit)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          if (event.key !== 'Escape' || current === null) return;
          // The draft is what is left, not the dialog around it.
          event.preventDefault();
          setDraft(null);
        }}
      />
      <div className="field-help">
        <p id={`${id}-help`} className={current?.wrong == null ? undefined : 'bad'}>
          {current?.wrong ?? help}
        </p>{' '}
        {action}
      </div>
    </div>
  );
}

/**
 * A field is left as a button is pressed down. What that changes may move the button from under the pointer, and the
 * click would be lost: so it is done as the button is let go, before the click is heard.
 */
function useAfterPress(): (act: () => void) => void {
  const isPressed = useRef(false);
  useEffect(() => {
    const note = ({ type }: MouseEvent): void => {
      isPressed.current = type === 'mousedown';
    };
    addEventListener('mousedown', note, true);
    addEventListener('mouseup', note, true);
    return () => {
      removeEventListener('mousedown', note, true);
      removeEventListener('mouseup', note, true);
    };
  }, []);
  return (act) => {
    if (isPressed.current) addEventListener('mouseup', act, { capture: true, once: true });
    else act();
  };
}
