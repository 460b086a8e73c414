/** Owns what is said of networks and weights before anything is loaded, and what was found in the weights picked last. */
import { inspectWeights } from '../../models/describe-weights.ts';
import type { Platform } from '../../platform/platform.ts';
import { weightsKey } from '../../protocol/identity.ts';
import type { Picked } from '../../protocol/messages.ts';
import type { InspectedWeights, ModelSummary, WeightsSummary } from '../../protocol/model.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { isWeightsFile, isWeightsRun, type WeightsFile } from '../../protocol/recipe/own-weights.ts';
import type { KeptRuns } from '../kept/kept-runs.ts';
import { asRun } from '../catalog.ts';
import { describeNetwork } from './network.ts';
import { describeRun } from './from-run.ts';

export class NetworkDescriptions {
  #inspected: { readonly key: string; readonly weights: WeightsSummary } | null = null;

  constructor(
    readonly platform: Platform,
    readonly kept: Pick<KeptRuns, 'list'>,
  ) {}

  /** The recipe's network. @throws StudioError `recipe/…` */
  async describe(asked: Recipe, classes: number, { weightFiles }: Picked = {}): Promise<ModelSummary> {
    const recipe = asRun(asked);
    const { weights } = recipe.backbone;
    if (isWeightsRun(weights))
      return describeNetwork(recipe, classes, this.platform, await describeRun(weights.run, this.kept));
    const key = isWeightsFile(weights) ? weightsKey(weights, weightFiles) : null;
    const inspected = this.#inspected?.key === key ? this.#inspected.weights : null;
    return describeNetwork(recipe, classes, this.platform, inspected);
  }

  /**
   * Opens weights that were picked or are at an address, and finds the network that they are for.
   *
   * @throws StudioError `model/weights-…`, `net/…`; DOMException `AbortError` when cancelled
   */
  async inspect(
    recipe: Recipe,
    given: WeightsFile,
    { weightFiles, signal }: Picked & { readonly signal: AbortSignal },
  ): Promise<InspectedWeights> {
    const found = await inspectWeights(given, recipe.backbone, this.platform, { files: weightFiles, signal });
    if (found.kind === 'found') {
      this.#inspected = { key: weightsKey(given, weightFiles), weights: found.weights };
    }
    return found;
  }
}
