/** A field drawn from an option that a registry entry declares; the page knows no option by name. */
import { useId, useState, type ReactElement } from 'react';
import { countOf, formatPlain } from '../../lib/format.ts';
import { typedNumber } from '../../lib/typed-number.ts';
import type { OptionSpec } from '../../protocol/catalog.ts';
import type { OptionValue } from '../../protocol/recipe/recipe.ts';
import { useShownRecipe } from '../studio-context.ts';
import { Later } from './Dialog.tsx';
import { CheckField, ChoiceField, FileField } from './fields.tsx';
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
  const { label, help } = spec;
  const shared = { label, help, isReadOnly };
  switch (spec.kind) {
    case 'number':
      return (
        <TextSetting
          {...shared}
          value={typeof shown === 'number' ? formatPlain(shown) : String(shown)}
          onCommit={(typed) => commitNumber(spec, typed, onChange)}
        />
      );
    case 'string':
      return (
        <TextSetting
          {...shared}
          value={String(shown)}
          isNumeric={false}
          placeholder={spec.placeholder}
          onCommit={(typed) => onChange(typed)}
        />
      );
    case 'boolean':
      return (
        <CheckField
          {...shared}
          isChecked={shown === true}
          onCheck={(isChecked) => void onChange(isChecked)}
        />
      );
    case 'choice':
      return <OptionChoice spec={spec} value={shown} {...{ isReadOnly, onChange }} />;
    case 'file': {
      if (spec.isCamera === true) return <CameraOption {...{ spec, isReadOnly, onChange }} />;
      const isFolder = spec.isFolder === true;
      return (
        <FileField
          {...shared}
          help={shown === '' ? help : `${help} Now: ${String(shown)}.`}
          accept={spec.accept}
          isFolder={isFolder}
          onPick={(files, first) => void onChange(isFolder ? folderName(first) : first.name, files)}
        />
      );
    }
    default:
      return spec satisfies never;
  }
}

function commitNumber(
  spec: Extract<OptionSpec, { kind: 'number' }>,
  typed: string,
  onChange: OptionFieldProps['onChange'],
): string | null {
  const value = typedNumber(typed);
  if (!(value >= spec.min && value <= spec.max)) {
    return `A number from ${formatPlain(spec.min)} to ${formatPlain(spec.max)}.`;
  }
  return onChange(value);
}

type PartProps<Kind extends OptionSpec['kind']> = Pick<OptionFieldProps, 'isReadOnly' | 'onChange'> & {
  readonly spec: Extract<OptionSpec, { kind: Kind }>;
};

/** Values may be numbers or truths: a field's are the places of the choices. */
function OptionChoice({
  spec,
  value,
  isReadOnly,
  onChange,
}: PartProps<'choice'> & { readonly value: OptionValue }): ReactElement {
  const index = spec.choices.findIndex((choice) => choice.value === value);
  const choices = spec.choices.map((choice, position) => ({ value: String(position), label: choice.label }));
  return (
    <ChoiceField
      label={spec.label}
      help={spec.help}
      isReadOnly={isReadOnly}
      value={String(index)}
      choices={index === -1 ? [{ value: '-1', label: String(value) }, ...choices] : choices}
      onChoose={(chosen) => {
        const choice = spec.choices[Number(chosen)];
        if (choice !== undefined) onChange(choice.value);
      }}
    />
  );
}

/** Of the folder that was picked: every file of it says its path from there. */
function folderName(file: File): string {
  return file.name.replace(/\/.*/, '');
}

const loadCapture = async () => (await import('../data/capture/CaptureDialog.tsx')).CaptureDialog;

/** In the place of a file: the dialog that takes the pictures. */
function CameraOption({ spec, isReadOnly, onChange }: PartProps<'file'>): ReactElement {
  const id = useId();
  const recipe = useShownRecipe();
  const [isOpen, setIsOpen] = useState(false);
  const [taken, setTaken] = useState(0);
  return (
    <div className="field">
      <span className="label" id={id}>
        {spec.label}
      </span>
      <button
        type="button"
        disabled={isReadOnly}
        aria-describedby={`${id}-help`}
        onClick={() => setIsOpen(true)}
      >
        {taken === 0 ? 'Take pictures' : 'Take others'}
      </button>
      <p id={`${id}-help`}>{taken === 0 ? spec.help : `${countOf(taken, 'picture')} taken.`}</p>
      {isOpen && recipe !== null && (
        <Later
          load={loadCapture}
          props={{
            split: recipe.split,
            onClose: () => setIsOpen(false),
            onTaken: (files: readonly File[]) => {
              setTaken(files.length);
              setIsOpen(false);
              onChange('webcam', files);
            },
          }}
        />
      )}
    </div>
  );
}
