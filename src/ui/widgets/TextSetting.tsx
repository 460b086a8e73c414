/** A field for one number (or word) of the recipe: label, native input, one plain sentence or what is wrong with it. */
import { useId, useState, type ReactElement, type ReactNode } from 'react';

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

export function TextSetting(props: TextSettingProps): ReactElement {
  const { label, help, value, isReadOnly, isNumeric = true, placeholder, action, onCommit } = props;
  const id = useId();
  const [draft, setDraft] = useState<{ text: string; of: string; wrong: string | null } | null>(null);
  // A draft belongs to the value it was typed over; when that changes from outside, the draft is void.
  const current =
    draft !== null && !isReadOnly && (draft.of === value || draft.wrong !== null) ? draft : null;
  const type = (text: string): void => setDraft({ text, of: value, wrong: onCommit(text.trim()) });
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
        onChange={(event) => type(event.target.value)}
        onBlur={() => {
          if (current?.wrong == null) setDraft(null);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setDraft(null);
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
