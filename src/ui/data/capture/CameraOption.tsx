/** The field of an option that is filled with the camera: a button, and what has been taken. */
import { useId, useState, type ReactElement } from 'react';
import { countOf } from '../../../lib/format.ts';
import type { OptionSpec } from '../../../protocol/catalog.ts';
import type { OptionValue } from '../../../protocol/recipe.ts';
import { useShownRecipe } from '../../studio-context.ts';
import { Later } from '../../widgets/Later.tsx';

interface CameraOptionProps {
  readonly spec: OptionSpec;
  readonly isReadOnly: boolean;
  readonly onChange: (value: OptionValue, files: readonly File[]) => void;
}

const loadDialog = async () => (await import('./CaptureDialog.tsx')).CaptureDialog;

export function CameraOption({ spec, isReadOnly, onChange }: CameraOptionProps): ReactElement {
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
          load={loadDialog}
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
