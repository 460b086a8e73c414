/**
 * What the phases of a recipe work with, whoever carries them out: the weights as they change, the features up to each
 * waist, the loss, and the trainable tail of the phase at hand.
 */
import type { Dataset } from '../data/dataset.ts';
import { shuffledRange } from '../lib/random.ts';
import { firstTrainableOf } from '../models/plan.ts';
import { Parameters } from '../models/program/parameters.ts';
import { compile, type Program } from '../models/program/program.ts';
import { invariant } from '../protocol/errors.ts';
import type { Phase, Recipe } from '../protocol/recipe.ts';
import { classWeightsOf } from '../training/class-weights.ts';
import type { RunControl } from '../training/control.ts';
import type { EpochInputs } from '../training/epoch.ts';
import type { LossSettings } from '../training/loss.ts';
import type { CacheShelf } from './cache-shelf.ts';
import { checkStepFits } from './check-fits.ts';
import { FeatureChain } from './feature-chain.ts';
import type { Network } from './network.ts';
import { PictureInput } from './picture-input.ts';

export interface WorkbenchInputs {
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly control: RunControl;
  /** Where the activations are kept between runs. */
  readonly shelf: CacheShelf;
}

/** See the header. `network.model` keeps the weights it came with. */
export class Workbench {
  readonly parameters: Parameters;
  readonly #inputs: WorkbenchInputs;
  readonly #chain: FeatureChain;
  readonly #loss: LossSettings;
  #tail: Program | null = null;

  constructor(inputs: WorkbenchInputs) {
    this.#inputs = inputs;
    const { network, dataset, recipe } = inputs;
    const { labels, split, labelOfRow } = dataset.summary;
    this.#loss = {
      labelSmoothing: recipe.labelSmoothing ?? 0,
      classWeights: classWeightsOf(recipe, labels, split.train, labelOfRow),
    };
    this.parameters = new Parameters(network.model);
    this.#chain = new FeatureChain({
      graph: network.graph,
      parameters: this.parameters,
      firstTrainable: recipe.phases.map((phase) => this.#firstTrainable(phase)),
      pictures: new PictureInput(dataset.pictures, network.preprocessing, recipe),
      rows: dataset.pictures.count,
      shelf: inputs.shelf,
      cacheKey: cacheKeyOf(inputs),
    });
  }

  /** Lays out what a phase trains, on what, and how; what was laid out before is put away. */
  layOut(phase: Phase, phaseIndex: number): EpochInputs {
    const { recipe, dataset, control } = this.#inputs;
    const { labelOfRow, labels, split } = dataset.summary;
    const features = this.#chain.at(phaseIndex);
    this.#tail?.dispose();
    this.#tail = this.#compileTail(phase, phaseIndex);
    return {
      recipe,
      phase,
      phaseIndex,
      tail: this.#tail,
      features,
      parameters: this.parameters,
      labelOfRow,
      loss: this.#loss,
      classes: labels.length,
      train: split.train,
      validation: split.validation,
      control,
      orderOf: (epoch, count) => shuffledRange(count, recipe.seed, 'epoch order', phaseIndex, epoch),
    };
  }

  /** Drops the features that the weights of a finished phase made untrue, and those that no later phase reads. */
  phaseEnded(phaseIndex: number): void {
    this.#chain.phaseEnded(phaseIndex);
  }

  dispose(): void {
    this.#tail?.dispose();
    this.#chain.dispose();
    this.parameters.dispose();
  }

  #firstTrainable(phase: Phase): number {
    const { backboneLayers } = this.#inputs.network;
    return firstTrainableOf(backboneLayers, phase.name === 'head' ? 0 : phase.unfreeze);
  }

  #compileTail(phase: Phase, phaseIndex: number): Program {
    const { graph } = this.#inputs.network;
    const first = this.#firstTrainable(phase);
    const waist = this.#chain.plans[phaseIndex]?.waist;
    // The last node is the softmax of the dense layer; training works on the logits before it.
    const logits = graph.nodes.length - 2;
    invariant(waist !== undefined, 'every phase is planned');
    const tail = compile(graph, waist, logits, {
      isTrainable: (layer) => layer >= first,
      batchNorm: phase.name === 'head' ? 'inference' : phase.batchNorm,
    });
    checkStepFits(tail, this.#inputs.recipe);
    return tail;
  }
}

/** What the frozen part computes depends on this, and on the pictures. */
function cacheKeyOf({ recipe, network }: WorkbenchInputs): string {
  const { views: _views, ...augmentation } = recipe.augmentation;
  const { origin, sha256 } = network.weights;
  return JSON.stringify([recipe.backbone, origin, sha256, network.preprocessing, augmentation, recipe.seed]);
}
