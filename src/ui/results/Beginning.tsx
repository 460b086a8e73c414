/** The Results column before there are any: what will happen, and the one key that begins it. */
import type { ReactElement } from 'react';
import { countOf, formatCount } from '../../lib/format.ts';
import type { DatasetSummary } from '../../protocol/dataset.ts';
import type { Recipe } from '../../protocol/recipe.ts';

interface BeginningProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary;
}

export function Beginning({ recipe, dataset }: BeginningProps): ReactElement {
  const epochs = recipe.phases.reduce((sum, phase) => sum + phase.epochs, 0);
  return (
    <div className="empty">
      <p>
        <b>Train</b> shows the network {formatCount(dataset.split.train.length)} {dataset.noun}, for{' '}
        {countOf(epochs, 'epoch')} at most, on this machine; nothing leaves it. After each epoch it is tried
        on {formatCount(dataset.split.validation.length)} others, at the end on the{' '}
        {formatCount(dataset.split.test.length)} kept unseen. Then the weights are yours to take home.
      </p>
    </div>
  );
}
