/** Owns opening what a recipe trains with: its set and its network, each said once it is there. */
import type { Dataset } from '../../data/dataset.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Picked } from '../../protocol/messages.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import type { KeptRuns } from '../kept/kept-runs.ts';
import type { NetworkDescriptions } from '../network/descriptions.ts';
import { networkFor } from '../network/from-run.ts';
import { withLoaded, type Network } from '../network/network.ts';
import type { OpenSet } from '../set/open-set.ts';
import { loadingOf } from '../set/opening.ts';
import type { Heard } from './train-options.ts';
import type { timedInto } from './until-done.ts';

/** Where they are opened. */
interface Where {
  readonly platform: Platform;
  readonly kept: KeptRuns;
  readonly set: OpenSet;
  readonly descriptions: NetworkDescriptions;
}

/** The caller disposes the network's model. */
export async function setAndNetwork(
  recipe: FullRecipe,
  { platform, kept, set, descriptions }: Where,
  options: Picked & Heard,
  timed: ReturnType<typeof timedInto>,
): Promise<{ readonly dataset: Dataset; readonly network: Network }> {
  const { control, emit, weightFiles } = options;
  const { signal } = control;
  const summary = await timed('dataset', () => set.open(recipe, { ...options, signal }));
  emit({ kind: 'dataset', dataset: summary });
  const { length: classes } = summary.labels;
  const describe = () => descriptions.describe(recipe, classes, options);
  emit({ kind: 'model', model: await describe() });
  const network = await timed('weights', () =>
    networkFor(
      recipe,
      summary.labels,
      { platform, kept },
      { signal, files: weightFiles, ...loadingOf(emit) },
    ),
  );
  try {
    signal.throwIfAborted();
    // Now more of the weights is here, and it is known what came with them.
    emit({ kind: 'model', model: withLoaded(await describe(), network.weights) });
    return { dataset: set.dataset, network };
  } catch (error) {
    network.model.dispose();
    throw error;
  }
}
