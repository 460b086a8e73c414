/**
 * What the phases of a recipe work with, whoever carries them out: the weights as they change, the features up to each
 * waist, the loss, and the trainable tail of the phase at hand.
 */
import type { Dataset } from '../../data/dataset.ts';
import { shuffledRange } from '../../lib/random.ts';
import { Parameters } from '../../models/program/parameters.ts';
import { compile, type Program } from '../../models/program/program.ts';
import type { RunEvent } from '../../protocol/events.ts';
import type { FullPhase, FullRecipe } from '../../protocol/full-recipe.ts';
import { classWeightsOf } from '../../training/class-weights.ts';
import type { RunControl } from '../../training/control.ts';
import type { EpochInputs } from '../../training/epoch.ts';
import type { LossSettings } from '../../training/loss.ts';
import { deviceDone } from '../device/activate.ts';
import type { CacheShelf } from '../cache-shelf.ts';
import { checkStepFits } from '../check-fits.ts';
import type { FeatureChain } from '../feature-chain.ts';
import type { Network } from '../network/network.ts';
import { firstTrainableIn, openChain } from '../open-chain.ts';

export interface PhaseSetupInputs {
  readonly recipe: FullRecipe;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly control: RunControl;
  /** Where the activations are kept between runs. */
  readonly shelf: CacheShelf;
}

/** Owns what the phases of one run share; `network.model` keeps the weights it came with. */
export class PhaseSetup {
  readonly #loss: LossSettings;
  #tail: Program | null = null;

  private constructor(
    readonly inputs: PhaseSetupInputs,
    readonly parameters: Parameters,
    readonly chain: FeatureChain,
  ) {
    const { dataset, recipe } = inputs;
    const { labels, split, labelOfRow } = dataset.summary;
    this.#loss = {
      labelSmoothing: recipe.labelSmoothing,
      classWeights: classWeightsOf(recipe, labels, split.train, labelOfRow),
    };
  }

  static async open(inputs: PhaseSetupInputs): Promise<PhaseSetup> {
    const parameters = new Parameters(inputs.network.model);
    try {
      return new PhaseSetup(inputs, parameters, await openChain(inputs, parameters));
    } catch (error) {
      parameters.dispose();
      throw error;
    }
  }

  /** What must be said of activations that are not kept; null for nothing. */
  get notice(): RunEvent | null {
    const { notice } = this.chain;
    return notice === null ? null : { kind: 'notice', of: 'run', notice: notice.toWire() };
  }

  /** Lays out what a phase trains, on what, and how; what was laid out before is put away. */
  layOut(phase: FullPhase, phaseIndex: number): EpochInputs {
    const { recipe, dataset, control } = this.inputs;
    const { labelOfRow, labels, split } = dataset.summary;
    const features = this.chain.at(phaseIndex);
    this.#tail?.dispose();
    this.#tail = this.#compileTail(phase, this.chain.waistOf(phaseIndex));
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
      deviceDone,
      orderOf: (epoch, count) => shuffledRange(count, recipe.seed, 'epoch order', phaseIndex, epoch),
    };
  }

  /** Drops the features that the weights of a finished phase made untrue, and those that no later phase reads. */
  phaseEnded(phaseIndex: number): void {
    this.chain.phaseEnded(phaseIndex);
  }

  dispose(): void {
    this.#tail?.dispose();
    this.chain.dispose();
    this.parameters.dispose();
  }

  #compileTail(phase: FullPhase, waist: number): Program {
    const { graph } = this.inputs.network;
    const first = firstTrainableIn(phase, this.inputs.network);
    // The last node is the softmax of the dense layer; training works on the logits before it.
    const logits = graph.nodes.length - 2;
    const tail = compile(graph, waist, logits, {
      isTrainable: (layer) => layer >= first,
      batchNorm: phase.name === 'head' ? 'inference' : phase.batchNorm,
    });
    checkStepFits(tail, this.inputs.recipe);
    return tail;
  }
}
