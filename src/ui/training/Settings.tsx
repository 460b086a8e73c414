/** The recipe's numbers: editable while nothing runs, shown as they are during a run. */
import { useState, type ReactElement } from 'react';
import { formatPlain } from '../../lib/format.ts';
import { typedNumber } from '../../lib/typed-number.ts';
import type { Phase, Recipe } from '../../protocol/recipe/recipe.ts';
import { isAwaiting } from '../../store/awaited.ts';
import { phaseLabels } from '../../store/run-record.ts';
import { isActive } from '../../store/state.ts';
import type { Studio } from '../../store/studio.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Later } from '../widgets/Dialog.tsx';
import { TextSetting } from '../widgets/TextSetting.tsx';
import { MoreSettings } from './MoreSettings.tsx';
import { focusWrongField } from '../widgets/wrong-field.ts';
import { edit, stopping } from './edit-recipe.ts';

const loadRecipeCode = async () => (await import('./RecipeCode.tsx')).RecipeCode;
const loadRateDialog = async () => (await import('./RateDialog.tsx')).RateDialog;

export function Settings({ recipe }: { readonly recipe: Recipe }): ReactElement {
  const studio = useStudio();
  const active = useStudioState((state) => isActive(state.run));
  const [isSharing, setIsSharing] = useState(false);
  const shared = { isReadOnly: active };
  const { views } = recipe.augmentation;
  return (
    <section aria-labelledby="settings">
      <div className="row settings-head">
        <h3 id="settings">Settings</h3>
        {active && <span className="small">Fixed while a run goes on</span>}
      </div>
      <div className="settings">
        {recipe.phases.map((phase, index) => (
          <PhaseSettings key={index} {...{ recipe, phase, index, studio }} isReadOnly={active} />
        ))}
      </div>
      <div className="settings">
        <TextSetting
          {...shared}
          label="Batch"
          help="Pictures in one step."
          value={String(recipe.batchSize)}
          onCommit={(typed) => edit(studio, (before) => ({ ...before, batchSize: typedNumber(typed) }))}
        />
        <TextSetting
          {...shared}
          label="Views"
          help="Versions of each, or fresh."
          value={String(views)}
          onCommit={(typed) =>
            edit(studio, (before) => ({
              ...before,
              augmentation: {
                ...before.augmentation,
                views: typed === 'fresh' ? 'fresh' : typedNumber(typed),
              },
            }))
          }
        />
        <TextSetting
          label="Patience"
          isReadOnly={active || recipe.split.validation === 0}
          help={recipe.split.validation === 0 ? 'No validation to go by.' : 'Epochs without gain.'}
          value={String(recipe.earlyStopping?.patience ?? 'none')}
          onCommit={(typed) =>
            edit(studio, (before) => ({ ...before, earlyStopping: stopping(before, typed) }))
          }
        />
        <TextSetting
          {...shared}
          label="Picture size"
          help="Pixels a side."
          value={String(recipe.image.size)}
          onCommit={(typed) =>
            edit(studio, (before) => ({ ...before, image: { ...before.image, size: typedNumber(typed) } }))
          }
        />
      </div>
      <MoreSettings recipe={recipe} isReadOnly={active} />
      <button type="button" className="link" onClick={() => setIsSharing(true)}>
        Recipe for another screen
      </button>
      {isSharing && <Later load={loadRecipeCode} props={{ onClose: () => setIsSharing(false) }} />}
    </section>
  );
}

interface PhaseSettingsProps {
  readonly recipe: Recipe;
  readonly phase: Phase;
  readonly index: number;
  readonly studio: Studio;
  readonly isReadOnly: boolean;
}

function PhaseSettings({ recipe, phase, index, studio, isReadOnly }: PhaseSettingsProps): ReactElement {
  const [isFinding, setIsFinding] = useState(false);
  const set = (change: Partial<Record<'epochs' | 'learningRate', number>>): string | null =>
    edit(studio, (before) => ({
      ...before,
      phases: before.phases.map((each, at) => (at === index ? { ...each, ...change } : each)),
    }));
  return (
    <fieldset className="phase-settings">
      <legend>{phaseLabels[phase.name]}</legend>
      <TextSetting
        label="Epochs"
        help="Rounds, at most."
        value={String(phase.epochs)}
        isReadOnly={isReadOnly}
        onCommit={(typed) => set({ epochs: typedNumber(typed) })}
      />
      <TextSetting
        label="Learning rate"
        help="Size of each step."
        value={formatPlain(phase.learningRate)}
        isReadOnly={isReadOnly}
        action={<FindRate phase={phase} isReadOnly={isReadOnly} onFind={() => setIsFinding(true)} />}
        onCommit={(typed) => set({ learningRate: typedNumber(typed) })}
      />
      {isFinding && (
        <Later
          load={loadRateDialog}
          props={{ recipe, phaseIndex: index, onClose: () => setIsFinding(false) }}
        />
      )}
    </fieldset>
  );
}

interface FindRateProps {
  readonly phase: Phase;
  readonly isReadOnly: boolean;
  readonly onFind: () => void;
}

function FindRate({ phase, isReadOnly, onFind }: FindRateProps): ReactElement {
  const canTry = useStudioState((state) => state.device.status === 'ready' && !isAwaiting(state));
  return (
    <button
      type="button"
      className="link small"
      disabled={isReadOnly || !canTry}
      onClick={() => {
        if (!focusWrongField()) onFind();
      }}
    >
      Find…<span className="visually-hidden"> a learning rate: {phaseLabels[phase.name]}</span>
    </button>
  );
}
