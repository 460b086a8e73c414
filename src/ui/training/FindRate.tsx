/** The button beside a phase's learning rate that finds one. */
import type { ReactElement } from 'react';
import type { Phase } from '../../protocol/recipe.ts';
import { useStudioState } from '../studio-context.ts';
import { phaseLabels } from '../../store/run-record.ts';
import { focusWrongField } from './wrong-field.ts';

interface FindRateProps {
  readonly phase: Phase;
  readonly isReadOnly: boolean;
  readonly onFind: () => void;
}

export function FindRate({ phase, isReadOnly, onFind }: FindRateProps): ReactElement {
  const hasDevice = useStudioState((state) => state.device.status === 'ready');
  return (
    <button
      type="button"
      className="link small"
      disabled={isReadOnly || !hasDevice}
      onClick={() => {
        if (!focusWrongField()) onFind();
      }}
    >
      Find…<span className="visually-hidden"> a learning rate: {phaseLabels[phase.name]}</span>
    </button>
  );
}
