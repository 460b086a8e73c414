/** A field drawn from an option that a registry entry declares; the page knows no option by name. */
import { useId, type ReactElement } from 'react';
import { formatPlain } from '../../lib/format.ts';
import type { OptionSpec } from '../../protocol/catalog.ts';
import type { OptionValue } from '../../protocol/recipe.ts';
import { CameraOption } from '../data/capture/CameraOption.tsx';
import { FileInput } from './FileInput.tsx';
import { TextSetting } from './TextSetting.tsx';

interface OptionFieldProps {
  readonly spec: OptionSpec;
  readonly value: OptionValue | undefined;
  readonly isReadOnly: boolean;
  /** Tries a value; returns why it does not do, or null. Picked files come along. */
  readonly onChange: (value: OptionValue, files?: readonly File[]) => string | null;
}

export function OptionField({ spec, value, isReadOnly, onChange }: OptionFieldProps): ReactElement {
  const shown = value ?? spec.default;
  switch (spec.kind) {
    case 'number':
      return (
        <TextSetting
          label={spec.label}
          help={spec.help}
          value={typeof shown === 'number' ? formatPlain(shown) : String(shown)}
          isReadOnly={isReadOnly}
          onCommit={(typed) => commitNumber(spec, typed, onChange)}
        />
      );
    case 'string':
      return (
        <TextSetting
          label={spec.label}
          help={spec.help}
          value={String(shown)}
          isReadOnly={isReadOnly}
          isNumeric={false}
          placeholder={spec.placeholder}
          onCommit={(typed) => onChange(typed)}
        />
      );
    case 'boolean':
      return (
        <CheckOption spec={spec} isChecked={shown === true} isReadOnly={isReadOnly} onChange={onChange} />
      );
    case 'choice':
      return <ChoiceOption spec={spec} value={shown} isReadOnly={isReadOnly} onChange={onChange} />;
    case 'file':
      if (spec.isCamera === true) return <CameraOption {...{ spec, isReadOnly, onChange }} />;
      return <FileOption spec={spec} value={String(shown)} isReadOnly={isReadOnly} onChange={onChange} />;
    default:
      return spec satisfies never;
  }
}

function commitNumber(
  spec: Extract<OptionSpec, { kind: 'number' }>,
  typed: string,
  onChange: OptionFieldProps['onChange'],
): string | null {
  const value = typed === '' ? Number.NaN : Number(typed);
  if (!(value >= spec.min && value <= spec.max)) {
    return `A number from ${formatPlain(spec.min)} to ${formatPlain(spec.max)}.`;
  }
  return onChange(value);
}

type PartProps<Kind extends OptionSpec['kind']> = Pick<OptionFieldProps, 'isReadOnly' | 'onChange'> & {
  readonly spec: Extract<OptionSpec, { kind: Kind }>;
};

function CheckOption({
  spec,
  isChecked,
  isReadOnly,
  onChange,
}: PartProps<'boolean'> & { readonly isChecked: boolean }): ReactElement {
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
          onChange={(event) => void onChange(event.target.checked)}
        />
        {spec.label}
      </label>
      <p id={`${id}-help`}>{spec.help}</p>
    </div>
  );
}

function ChoiceOption({
  spec,
  value,
  isReadOnly,
  onChange,
}: PartProps<'choice'> & { readonly value: OptionValue }): ReactElement {
  const id = useId();
  const index = spec.choices.findIndex((choice) => choice.value === value);
  const choose = (chosen: string): void => {
    const choice = spec.choices[Number(chosen)];
    if (choice !== undefined) onChange(choice.value);
  };
  return (
    <div className="field">
      <label htmlFor={id}>{spec.label}</label>
      <select
        id={id}
        value={index === -1 ? '' : String(index)}
        disabled={isReadOnly}
        aria-describedby={`${id}-help`}
        onChange={(event) => choose(event.target.value)}
      >
        {index === -1 && <option value="">{String(value)}</option>}
        {spec.choices.map((choice, position) => (
          <option key={position} value={String(position)}>
            {choice.label}
          </option>
        ))}
      </select>
      <p id={`${id}-help`}>{spec.help}</p>
    </div>
  );
}

function FileOption({
  spec,
  value,
  isReadOnly,
  onChange,
}: PartProps<'file'> & { readonly value: string }): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{spec.label}</label>
      <FileInput
        id={id}
        isFolder={spec.isFolder === true}
        accept={spec.accept}
        isDisabled={isReadOnly}
        describedBy={`${id}-help`}
        onPick={(files, first) => {
          onChange(spec.isFolder === true ? folderName(first) : first.name, files);
        }}
      />
      <p id={`${id}-help`}>
        {spec.help}
        {value === '' ? '' : ` Now: ${value}.`}
      </p>
    </div>
  );
}

/** Of the folder that was picked: every file of it says its path from there. */
function folderName(file: File): string {
  return file.name.replace(/\/.*/, '');
}
