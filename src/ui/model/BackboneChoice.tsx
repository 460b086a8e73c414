/** Which backbone, with which weights and options: all from the catalog. */
import { useState, type ReactElement } from 'react';
import type { BackboneEntry } from '../../protocol/catalog.ts';
import type { ModelSummary } from '../../protocol/model.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { useFullRecipe, useStudio, useStudioState } from '../studio-context.ts';
import { withBackbone } from '../../protocol/recipe/fields.ts';
import { Later } from '../widgets/Dialog.tsx';
import { ChoiceField } from '../widgets/fields.tsx';
import { OptionField } from '../widgets/OptionField.tsx';
import { WeightsFacts } from './WeightsFacts.tsx';

const loadWeightsDialog = async () => (await import('./WeightsDialog.tsx')).WeightsDialog;

/** Opens the dialog for weights of the user's own; no value of a recipe. */
const ANOTHER = 'another';

const weightLabels = { imagenet: 'ImageNet', starter: 'starter', random: 'random' } as const;

interface BackboneChoiceProps {
  readonly recipe: Recipe;
  readonly model: ModelSummary | null;
  readonly isReadOnly: boolean;
}

export function BackboneChoice({ recipe, model, isReadOnly }: BackboneChoiceProps): ReactElement {
  const studio = useStudio();
  const entries = useStudioState((state) => state.catalog?.backbones ?? none);
  const entry = entries.find((each) => each.name === recipe.backbone.name);
  const choose = (name: string): void => {
    studio.edit((before) => withBackbone(before, name));
  };
  return (
    <div>
      <label className="visually-hidden" htmlFor="backbone">
        Backbone
      </label>
      <select
        id="backbone"
        value={recipe.backbone.name}
        disabled={isReadOnly}
        onChange={(event) => choose(event.target.value)}
      >
        {entry === undefined && <option>{recipe.backbone.name}</option>}
        {entries.map((each) => (
          <option key={each.name} value={each.name}>
            {each.label}
          </option>
        ))}
      </select>
      <WeightsFacts weights={model?.weights ?? null} />
      <StarterNote recipe={recipe} isReadOnly={isReadOnly} />
      {entry !== undefined && <Options entry={entry} recipe={recipe} isReadOnly={isReadOnly} />}
    </div>
  );
}

interface RecipePartProps {
  readonly recipe: Recipe;
  readonly isReadOnly: boolean;
}

/** What the starter weights have seen, where the open pictures are others. */
function StarterNote({ recipe, isReadOnly }: RecipePartProps): ReactElement | null {
  const studio = useStudio();
  if (useFullRecipe(recipe)?.backbone.weights !== 'starter' || recipe.dataset.source === 'sample')
    return null;
  const takeImageNet = (): void => {
    studio.edit((before) => ({ ...before, backbone: { ...before.backbone, weights: 'imagenet' } }));
  };
  return (
    <p className="small starter-note">
      The starter weights have seen drawn faces only, and know little of other pictures.{' '}
      <button type="button" className="link" disabled={isReadOnly} onClick={takeImageNet}>
        Take ImageNet’s
      </button>
    </p>
  );
}

const none: readonly BackboneEntry[] = [];

function Options({
  entry,
  recipe,
  isReadOnly,
}: {
  readonly entry: BackboneEntry;
  readonly recipe: Recipe;
  readonly isReadOnly: boolean;
}): ReactElement {
  const studio = useStudio();
  const change = (key: string, value: unknown): string | null =>
    studio.edit((before) => ({ ...before, backbone: { ...before.backbone, [key]: value } }))?.message ?? null;
  const backbone = useFullRecipe(recipe)?.backbone;
  const current = backbone?.weights ?? '';
  const [isPicking, setIsPicking] = useState(false);
  return (
    <details className="note">
      <summary>Weights and size</summary>
      <div className="backbone-options">
        <ChoiceField
          label="Weights"
          help="What the network knows before it begins."
          isReadOnly={isReadOnly}
          value={typeof current === 'string' ? current : 'file'}
          choices={[
            ...(typeof current === 'string'
              ? []
              : [{ value: 'file', label: 'file' in current ? current.file : 'a kept run' }]),
            ...entry.weights.map((name) => ({ value: name, label: weightLabels[name] })),
            { value: ANOTHER, label: 'a file or an address…' },
          ]}
          onChoose={(chosen) => {
            if (chosen === ANOTHER) setIsPicking(true);
            else change('weights', chosen);
          }}
        />
        {entry.options.map((spec) => (
          <OptionField
            key={spec.name}
            spec={spec}
            value={(backbone ?? recipe.backbone)[spec.name]}
            isReadOnly={isReadOnly}
            onChange={(value) => change(spec.name, value)}
          />
        ))}
      </div>
      {isPicking && <Later load={loadWeightsDialog} props={{ onClose: () => setIsPicking(false) }} />}
    </details>
  );
}
