/** Settings that few need: what open BatchNorms do, dropout, the loss, what is watched, seeds, how steps are taken. */
import { typedNumber } from '../../lib/typed-number.ts';
import type { ReactElement } from 'react';
import { formatPlain } from '../../lib/format.ts';
import type { OptionSpec, ScheduleEntry } from '../../protocol/catalog.ts';
import { restoresBest, type Recipe } from '../../protocol/recipe/recipe.ts';
import { fineTuneOf } from '../../store/run-record.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { OptionField } from '../widgets/OptionField.tsx';
import { TextSetting } from '../widgets/TextSetting.tsx';
import { StepSettings } from './StepSettings.tsx';
import { edit, restoring, shares, withField, withShares } from './edit-recipe.ts';

interface MoreSettingsProps {
  readonly recipe: Recipe;
  readonly isReadOnly: boolean;
}

const batchNorm = {
  kind: 'choice',
  name: 'batchNorm',
  label: 'Open BatchNorm',
  help: 'Whether unfrozen normalisation keeps its averages or uses each batch.',
  default: 'inference',
  choices: [
    { value: 'inference', label: 'its averages' },
    { value: 'batch', label: 'each batch' },
  ],
} as const;

const keeps = {
  kind: 'choice',
  name: 'restoreBest',
  label: 'Keeps the weights of',
  help: 'Which epoch a phase ends with; the last, as in Keras without early stopping.',
  default: false,
  choices: [
    { value: true, label: 'its best epoch' },
    { value: false, label: 'its last epoch' },
  ],
} as const;

const endsWith = {
  kind: 'choice',
  name: 'keep',
  label: 'Ends with',
  help: 'Whose network is tested: the last phase’s, as in Keras, or the one that was best on validation.',
  default: 'lastPhase',
  choices: [
    { value: 'lastPhase', label: 'its last phase' },
    { value: 'bestPhase', label: 'its best phase' },
  ],
} as const;

const scale = {
  kind: 'choice',
  name: 'scale',
  label: 'Numbers',
  help: 'Which numbers pixels become: those that the weights were trained on, or 0 to 1.',
  default: 'backbone',
  choices: [
    { value: 'backbone', label: 'as for its weights' },
    { value: 'unit', label: '0 to 1' },
  ],
} as const;

const monitor = {
  kind: 'choice',
  name: 'monitor',
  label: 'Best epoch by',
  help: 'What early stopping watches on the validation pictures.',
  default: 'valLoss',
  choices: [
    { value: 'valLoss', label: 'loss' },
    { value: 'valAccuracy', label: 'accuracy' },
  ],
} as const;

const resize = {
  kind: 'choice',
  name: 'resize',
  label: 'Resizing',
  help: 'How pictures are brought to size.',
  default: 'lanczos',
  choices: [
    { value: 'lanczos', label: 'Lanczos' },
    { value: 'bilinear', label: 'bilinear' },
    { value: 'area', label: 'area' },
  ],
} as const;

const none: readonly ScheduleEntry[] = [];

export function MoreSettings({ recipe, isReadOnly }: MoreSettingsProps): ReactElement {
  const studio = useStudio();
  const tuned = fineTuneOf(recipe);
  const schedules = useStudioState((state) => state.catalog?.schedules ?? none);
  const { earlyStopping } = recipe;
  const isUnchecked = recipe.split.validation === 0;
  return (
    <details className="note">
      <summary>More settings</summary>
      <div className="settings more">
        <TextSetting
          label="Dropout"
          help="Share of features hidden in each step."
          value={String(recipe.head.dropout)}
          isReadOnly={isReadOnly}
          onCommit={(typed) =>
            edit(studio, (before) => ({ ...before, head: { ...before.head, dropout: typedNumber(typed) } }))
          }
        />
        {tuned !== null && (
          <OptionField
            spec={batchNorm}
            value={tuned.phase.batchNorm}
            isReadOnly={isReadOnly}
            onChange={(value) =>
              edit(studio, (before) => ({
                ...before,
                phases: before.phases.map((phase) =>
                  phase.name === 'fineTune' ? { ...phase, batchNorm: value } : phase,
                ),
              }))
            }
          />
        )}
        <OptionField
          spec={isUnchecked ? { ...keeps, help: 'Without validation pictures there is no best one.' } : keeps}
          value={restoresBest(recipe)}
          isReadOnly={isReadOnly || isUnchecked}
          onChange={(value) =>
            edit(studio, (before) => ({ ...before, earlyStopping: restoring(before, value === true) }))
          }
        />
        {recipe.phases.length > 1 && (
          <OptionField
            spec={endsWith}
            value={recipe.keep}
            isReadOnly={isReadOnly || isUnchecked}
            onChange={(value) => edit(studio, (before) => ({ ...before, keep: value }))}
          />
        )}
        {earlyStopping !== null && (
          <OptionField
            spec={monitor}
            value={earlyStopping.monitor}
            isReadOnly={isReadOnly}
            onChange={(value) =>
              edit(studio, (before) => ({ ...before, earlyStopping: { ...earlyStopping, monitor: value } }))
            }
          />
        )}
        <OptionField
          spec={resize}
          value={recipe.image.resize}
          isReadOnly={isReadOnly}
          onChange={(value) =>
            edit(studio, (before) => ({ ...before, image: { ...before.image, resize: value } }))
          }
        />
        <OptionField
          spec={scale}
          value={recipe.image.scale}
          isReadOnly={isReadOnly}
          onChange={(value) =>
            edit(studio, (before) => ({ ...before, image: { ...before.image, scale: value } }))
          }
        />
        <TextSetting
          label="Seed"
          help="The same number gives the same run."
          value={String(recipe.seed)}
          isReadOnly={isReadOnly}
          onCommit={(typed) => edit(studio, (before) => ({ ...before, seed: typedNumber(typed) }))}
        />
        <TextSetting
          label="Split"
          help="Per cent that train, validate and test; 0 for no validation, or no test."
          value={shares(recipe)}
          isReadOnly={isReadOnly}
          isNumeric={false}
          onCommit={(typed) => edit(studio, (before) => withShares(before, typed, schedules))}
        />
        <TextSetting
          label="Seed of the split"
          help="The same number splits the same way."
          value={String(recipe.split.seed)}
          isReadOnly={isReadOnly}
          onCommit={(typed) =>
            edit(studio, (before) => ({ ...before, split: { ...before.split, seed: typedNumber(typed) } }))
          }
        />
        <LossSettings recipe={recipe} isReadOnly={isReadOnly} />
      </div>
      {recipe.phases.map((phase, index) => (
        <StepSettings key={index} phase={phase} index={index} isReadOnly={isReadOnly} />
      ))}
    </details>
  );
}

interface LossSettingsProps {
  readonly recipe: Recipe;
  readonly isReadOnly: boolean;
}

const NONE = 'none';

/** Factors that a recipe gives class by class: they can be left, not typed here. */
const GIVEN = 'given';

function weightsSpec(isGiven: boolean): OptionSpec {
  return {
    kind: 'choice',
    name: 'classWeights',
    label: 'Class weights',
    help: 'Balanced lets each picture of a rare class count for more.',
    default: NONE,
    choices: [
      { value: NONE, label: 'none' },
      { value: 'balanced', label: 'balanced' },
      ...(isGiven ? [{ value: GIVEN, label: 'as the recipe gives them' }] : []),
    ],
  };
}

function LossSettings({ recipe, isReadOnly }: LossSettingsProps): ReactElement {
  const studio = useStudio();
  const { labelSmoothing, classWeights } = recipe;
  const isGiven = classWeights !== null && typeof classWeights === 'object';
  return (
    <>
      <TextSetting
        label="Label smoothing"
        help="Share of each label spread over all classes, against being too sure."
        value={formatPlain(labelSmoothing)}
        isReadOnly={isReadOnly}
        onCommit={(typed) => {
          const share = typedNumber(typed);
          return edit(studio, (before) =>
            withField(before, 'labelSmoothing', share === 0 ? undefined : share),
          );
        }}
      />
      <OptionField
        spec={weightsSpec(isGiven)}
        value={isGiven ? GIVEN : (classWeights ?? NONE)}
        isReadOnly={isReadOnly}
        onChange={(value) =>
          value === GIVEN
            ? null
            : edit(studio, (before) => withField(before, 'classWeights', value === NONE ? undefined : value))
        }
      />
    </>
  );
}
