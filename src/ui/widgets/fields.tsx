/** Native fields with a label and one plain sentence: a choice, a tick, files. Text has its own: `TextSetting.tsx`. */
import { useId, type ReactElement } from 'react';

interface FieldProps {
  readonly label: string;
  readonly help: string;
  readonly isReadOnly?: boolean;
}

interface ChoiceFieldProps extends FieldProps {
  readonly value: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly onChoose: (value: string) => void;
}

export function ChoiceField({
  label,
  help,
  isReadOnly = false,
  value,
  choices,
  onChoose,
}: ChoiceFieldProps): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={isReadOnly}
        aria-describedby={`${id}-help`}
        onChange={(event) => onChoose(event.target.value)}
      >
        {choices.map((choice, position) => (
          <option key={position} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      <p id={`${id}-help`}>{help}</p>
    </div>
  );
}

interface CheckFieldProps extends FieldProps {
  readonly isChecked: boolean;
  readonly onCheck: (isChecked: boolean) => void;
}

export function CheckField({ label, help, isReadOnly, isChecked, onCheck }: CheckFieldProps): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label className="check" htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          checked={isChecked}
          disabled={isReadOnly}
          aria-describedby={`${id}-help`}
          onChange={(event) => onCheck(event.target.checked)}
        />
        {label}
      </label>
      <p id={`${id}-help`}>{help}</p>
    </div>
  );
}

interface FileFieldProps extends FieldProps {
  readonly accept?: string | undefined;
  /** A folder with all its files in place of single ones. */
  readonly isFolder?: boolean;
  readonly isMultiple?: boolean;
  /** Hears at least one file; those of a folder have their path, from the folder's own name on, as their name. */
  readonly onPick: (files: readonly File[], first: File) => void;
}

export function FileField(props: FileFieldProps): ReactElement {
  const { label, help, isReadOnly, accept, isFolder = false, isMultiple = false, onPick } = props;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="file"
        multiple={isMultiple}
        accept={isFolder ? undefined : accept}
        ref={(element) => {
          // React knows no attribute for it.
          if (element !== null) element.webkitdirectory = isFolder;
        }}
        disabled={isReadOnly}
        aria-describedby={`${id}-help`}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])].map(withPathAsName);
          const [first] = files;
          if (first !== undefined) onPick(files, first);
        }}
      />
      <p id={`${id}-help`}>{help}</p>
    </div>
  );
}

/** A file that Safari hands to a worker keeps its name, but not the path that it has on the page. Nothing is copied. */
function withPathAsName(file: File): File {
  const { webkitRelativePath: path, type, lastModified } = file;
  return path === '' ? file : new File([file], path, { type, lastModified });
}
