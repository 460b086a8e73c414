/** How the loss of training counts labels and classes: smoothing, weights. */
import type { ReactElement } from 'react';
import { formatPlain } from '../../lib/format.ts';
import type { OptionSpec } from '../../protocol/catalog.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { useStudio } from '../studio-context.ts';
import { OptionField } from '../widgets/OptionField.tsx';
import { TextSetting } from '../widgets/TextSetting.tsx';
import { edit, wholeNumber, withField } from './edit-recipe.ts';

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

export function LossSettings({ recipe, isReadOnly }: LossSettingsProps): ReactElement {
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
          const share = wholeNumber(typed);
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
