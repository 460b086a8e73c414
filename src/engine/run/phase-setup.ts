/**
 * What the phases of a recipe work with, whoever carries them out: the weights as they change, the frozen part's features
 * at each cut, the loss, and the trainable part of the phase at hand.
 */
import * as tf from '@tensorflow/tfjs';
import type { Dataset } from '../../data/dataset.ts';
import type { ViewsPerPicture } from '../../frozen/budget.ts';
import { FrozenPart } from '../../frozen/frozen-part.ts';
import type { SessionCaches } from '../../frozen/session-caches.ts';
import { gpuRoom } from '../../kernels/webgpu/room.ts';
import { newId } from '../../lib/new-id.ts';
import { shuffledRange } from '../../lib/random.ts';
import { Parameters } from '../../models/program/parameters.ts';
import { compile, MOST_VALUE_BYTES, type Program } from '../../models/program/program.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { RunEvent } from '../../protocol/events.ts';
import type { FullPhase, FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import type { GpuKernels } from '../../protocol/device.ts';
import type { Simd } from '../../protocol/recipe/recipe.ts';
import { activationsKey } from '../../protocol/identity.ts';
import type { RunControl } from '../../training/control.ts';
import type { EpochInputs } from '../../training/epoch.ts';
import { foreseen } from '../../training/foreseen.ts';
import { classWeightsOf, type LossSettings } from '../../training/loss.ts';
import { SWEEP } from '../../training/rate-finder.ts';
import { deviceDone } from '../device/activate.ts';
import type { Network } from '../network/network.ts';
import { firstTrainableIn, openLayersOf } from '../network/open-layers.ts';
import { PictureInput } from '../set/picture-input.ts';

export interface PhaseSetupInputs {
  readonly recipe: FullRecipe;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly control: RunControl;
  /** What wasm computes with; null on other devices. */
  readonly simd: Simd | null;
  /** As in `Arithmetic`. */
  readonly kernels: string;
  readonly halves: boolean;
  /** Which ways WebGPU takes; null on other devices. */
  readonly gpuKernels: GpuKernels | null;
  /** Where the activations are kept between runs. */
  readonly caches: SessionCaches;
}

/** Owns what the phases of one run share; `network.model` keeps the weights it came with. */
export class PhaseSetup {
  readonly #loss: LossSettings;
  #tail: Program | null = null;

  private constructor(
    readonly inputs: PhaseSetupInputs,
    readonly parameters: Parameters,
    readonly frozen: FrozenPart,
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
      return new PhaseSetup(inputs, parameters, await openFrozenPart(inputs, parameters));
    } catch (error) {
      parameters.dispose();
      throw error;
    }
  }

  /** What must be said before the first step: of training, and of activations that are not kept. */
  notices(): readonly RunEvent[] {
    const { recipe, dataset } = this.inputs;
    const notices = [...foreseen(recipe, dataset.summary.split.train.length), ...this.frozen.newNotices()];
    return notices.map((notice) => ({ kind: 'notice', of: 'run', notice: notice.toWire() }));
  }

  /** Lays out what a phase trains, on what, and how; what was laid out before is put away. */
  layOut(phase: FullPhase, phaseIndex: number): EpochInputs {
    const { recipe, dataset, control } = this.inputs;
    const { labelOfRow, labels, split } = dataset.summary;
    const features = this.frozen.at(phaseIndex);
    this.#tail?.dispose();
    this.#tail = this.#compileTail(phase, this.frozen.cutOutputOf(phaseIndex));
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
    this.frozen.phaseEnded(phaseIndex);
  }

  dispose(): void {
    this.#tail?.dispose();
    this.frozen.dispose();
    this.parameters.dispose();
  }

  #compileTail(phase: FullPhase, cutOutput: number): Program {
    const { network, halves } = this.inputs;
    const { graph, backboneLayers } = network;
    // The last node is the softmax of the dense layer; training works on the logits before it.
    const logits = graph.nodes.length - 2;
    const tail = compile(graph, cutOutput, logits, { ...openLayersOf(phase, backboneLayers), halves });
    checkStepFits(tail, this.inputs.recipe);
    return tail;
  }
}

function openFrozenPart(inputs: PhaseSetupInputs, parameters: Parameters): Promise<FrozenPart> {
  const { network, dataset, recipe, caches } = inputs;
  return FrozenPart.open({
    graph: network.graph,
    parameters,
    firstTrainable: recipe.phases.map((phase) => firstTrainableIn(phase, network.backboneLayers)),
    input: new PictureInput(dataset.pictures, network.preprocessing, recipe),
    pictures: dataset.pictures,
    counts: viewsPerPicture(inputs),
    precision: recipe.cache,
    caches,
    cacheKey: cacheKeyOf(inputs),
  });
}

function viewsPerPicture({ recipe, dataset }: PhaseSetupInputs): ViewsPerPicture {
  const { train, validation, test } = dataset.summary.split;
  const { views } = recipe.augmentation;
  // A search for a learning rate goes through as many epochs as its steps take.
  const searchEpochs = Math.ceil(SWEEP.steps / Math.ceil(train.length / recipe.batchSize));
  const mostEpochs = Math.max(searchEpochs, ...recipe.phases.map(({ epochs }) => epochs));
  return {
    train: train.length,
    validation: validation.length,
    test: test.length,
    views: views === 'fresh' ? 0 : Math.min(views, mostEpochs),
  };
}

/** Weights whose hash cannot be computed, as on a page that is not secure, are not known again in the next run. */
function cacheKeyOf({ recipe, dataset, network, simd, kernels, gpuKernels }: PhaseSetupInputs): string {
  const { weights, preprocessing, flavour } = network;
  const { picturesKey } = dataset.summary;
  if (weights.sha256 === null) return newId();
  return activationsKey({
    recipe,
    picturesKey,
    weights,
    preprocessing,
    flavour,
    simd,
    kernels,
    gpuWays: gpuKernels?.ways ?? null,
  });
}

/**
 * Whether a training step fits the device: a GPU that cannot bind a buffer computes nothing.
 *
 * @throws StudioError `gpu/too-large` when a batch's values need a larger buffer than the GPU allows
 */
function checkStepFits(tail: Program, { batchSize }: FullRecipe): void {
  if (tf.getBackend() !== 'webgpu') return;
  const allowed = gpuRoom(tf.backend()).pieceBytes;
  const needed = (MOST_VALUE_BYTES / tail.picturesAtOnce) * batchSize;
  const fits = Math.floor((tail.picturesAtOnce * allowed) / MOST_VALUE_BYTES);
  if (batchSize <= fits) return;
  const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toString()} MB`;
  throw new StudioError({
    code: 'gpu/too-large',
    message: `A step of ${batchSize.toString()} pictures through the open layers needs about ${megabytes(needed)} in one buffer; this GPU allows ${megabytes(allowed)}.`,
    hint: `Take at most ${Math.max(1, fits).toString()} pictures a step, open fewer layers, or choose smaller pictures.`,
  });
}
