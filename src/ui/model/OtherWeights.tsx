/** What else can be done where weights do not do: another kind of those that there are for the network. */
import type { ReactElement } from 'react';
import type { WeightsKind } from '../../protocol/catalog.ts';
import { useStudio, useStudioState } from '../studio-context.ts';

const words: Readonly<Record<WeightsKind, string>> = {
  imagenet: 'Take ImageNet’s weights',
  starter: 'Take the starter weights',
  random: 'Begin with random weights',
};

/** A button a kind that the recipe does not name already; those of one's own are picked above. */
export function OtherWeights(): ReactElement[] | null {
  const studio = useStudio();
  const recipe = useStudioState((state) => state.recipe);
  const entry = useStudioState((state) =>
    state.catalog?.backbones.find(({ name }) => name === recipe?.backbone.name),
  );
  if (recipe === null || entry === undefined) return null;
  const named = [recipe.backbone.weights ?? entry.weights[0]].flat()[0];
  return entry.weights
    .filter((kind) => kind !== named)
    .map((kind) => (
      <button
        key={kind}
        type="button"
        onClick={() =>
          void studio.edit((before) => ({ ...before, backbone: { ...before.backbone, weights: kind } }))
        }
      >
        {words[kind]}
      </button>
    ));
}
