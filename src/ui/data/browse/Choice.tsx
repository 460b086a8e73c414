/** What to do about a finding: an option that every source declares, changed in the recipe at once. */
import type { ReactElement } from 'react';
import type { OptionValue, Recipe } from '../../../protocol/recipe.ts';
import { isActive } from '../../../store/state.ts';
import { useStudio, useStudioState } from '../../studio-context.ts';
import { OptionField } from '../../widgets/OptionField.tsx';

interface ChoiceProps {
  readonly recipe: Recipe;
  /** Of the option in `recipe.dataset`. */
  readonly name: string;
}

export function Choice({ recipe, name }: ChoiceProps): ReactElement | null {
  const studio = useStudio();
  const isFixed = useStudioState((state) => isActive(state.run) || state.dataset.status === 'loading');
  const spec = useStudioState((state) =>
    state.catalog?.sources
      .find((source) => source.name === recipe.dataset.source)
      ?.options.find((option) => option.name === name),
  );
  if (spec === undefined) return null;
  const choose = (value: OptionValue): string | null =>
    studio.edit((before) => ({ ...before, dataset: { ...before.dataset, [name]: value } }))?.message ?? null;
  return <OptionField spec={spec} value={recipe.dataset[name]} isReadOnly={isFixed} onChange={choose} />;
}
