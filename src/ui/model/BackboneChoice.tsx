/** Which backbone, with which weights and options: all from the catalog. */
import { lazy, Suspense, useState, type ReactElement } from 'react';
import type { BackboneEntry } from '../../protocol/catalog.ts';
import type { ModelSummary } from '../../protocol/model.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { useFullRecipe, useStudio, useStudioState } from '../studio-context.ts';
import { withField } from '../training/edit-recipe.ts';
import { OptionField } from '../widgets/OptionField.tsx';
import { WeightsFacts } from './WeightsFacts.tsx';

const WeightsDialog = lazy(() => import('./WeightsDialog.tsx'));

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
      {entry !== undefined && <Options entry={entry} recipe={recipe} isReadOnly={isReadOnly} />}
    </div>
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
        <div className="field">
          <label htmlFor="weights">Weights</label>
          <select
            id="weights"
            value={typeof current === 'string' ? current : 'file'}
            disabled={isReadOnly}
            onChange={(event) => {
              if (event.target.value === ANOTHER) setIsPicking(true);
              else change('weights', event.target.value);
            }}
          >
            {typeof current !== 'string' && <option value="file">{current.file}</option>}
            {entry.weights.map((name) => (
              <option key={name} value={name}>
                {weightLabels[name]}
              </option>
            ))}
            <option value={ANOTHER}>a file or an address…</option>
          </select>
          <p>What the network knows before it begins.</p>
        </div>
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
      {isPicking && (
        <Suspense fallback={null}>
          <WeightsDialog onClose={() => setIsPicking(false)} />
        </Suspense>
      )}
    </details>
  );
}

/** The recipe with another backbone, and without what belonged to the one before. */
function withBackbone(recipe: Recipe, name: string): unknown {
  const phases = recipe.phases.map((phase) => withField(phase, 'unfreeze', undefined));
  return { ...recipe, backbone: { name }, phases };
}
