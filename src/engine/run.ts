/** Carries a recipe out: phases in order, the test pictures once at the end. */
import * as tf from '@tensorflow/tfjs';
import type { Dataset } from '../data/dataset.ts';
import { evaluationOf } from '../evaluation/metrics.ts';
import { shuffledRange } from '../lib/random.ts';
import { VERSION } from '../lib/version.ts';
import { firstTrainableOf } from '../models/plan.ts';
import { Parameters } from '../models/program/parameters.ts';
import { compile, type Program } from '../models/program/program.ts';
import type { SplitName } from '../protocol/dataset.ts';
import type { DeviceReport } from '../protocol/device.ts';
import { invariant } from '../protocol/errors.ts';
import type { EpochRecord, Evaluation, RunEvent, RunResult } from '../protocol/events.ts';
import type { Phase, Recipe } from '../protocol/recipe.ts';
import { classWeightsOf } from '../training/class-weights.ts';
import type { LossSettings } from '../training/loss.ts';
import type { RunControl } from '../training/control.ts';
import { evaluate, type Outcome } from '../training/evaluate.ts';
import type { Features } from '../training/features.ts';
import { runPhase, type PhaseInputs } from '../training/phase.ts';
import type { CacheShelf } from './cache-shelf.ts';
import { checkStepFits } from './check-fits.ts';
import { FeatureChain } from './feature-chain.ts';
import type { Network } from './network.ts';
import { PictureInput } from './picture-input.ts';

export interface RunInputs {
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly device: DeviceReport;
  readonly control: RunControl;
  /** Where the activations are kept between runs. */
  readonly shelf: CacheShelf;
  /** Seconds that came before: opening the set, loading weights. */
  readonly secondsByStage: Readonly<Record<string, number>>;
}

/**
 * Runs all phases; at the end `network.model` holds the trained weights.
 *
 * @throws StudioError `train/…`; DOMException `AbortError` when cancelled
 */
export async function* runRecipe(inputs: RunInputs): AsyncGenerator<RunEvent, RunResult> {
  const run = new Run(inputs);
  try {
    return yield* run.carryOut();
  } finally {
    run.dispose();
  }
}

class Run {
  readonly #parameters: Parameters;
  readonly #chain: FeatureChain;
  readonly #history: EpochRecord[] = [];
  readonly #seconds: Record<string, number>;
  readonly #loss: LossSettings;
  #tail: Program | null = null;

  constructor(readonly inputs: RunInputs) {
    const { network, dataset, recipe } = inputs;
    const { labels, split, labelOfRow } = dataset.summary;
    this.#loss = {
      labelSmoothing: recipe.labelSmoothing ?? 0,
      classWeights: classWeightsOf(recipe, labels, split.train, labelOfRow),
    };
    this.#parameters = new Parameters(network.model);
    this.#seconds = { ...inputs.secondsByStage };
    this.#chain = new FeatureChain({
      graph: network.graph,
      parameters: this.#parameters,
      firstTrainable: recipe.phases.map((phase) => this.#firstTrainable(phase)),
      pictures: new PictureInput(dataset.pictures, network.preprocessing, recipe),
      rows: dataset.pictures.count,
      shelf: inputs.shelf,
      cacheKey: cacheKeyOf(inputs),
    });
  }

  async *carryOut(): AsyncGenerator<RunEvent, RunResult> {
    const { recipe, control, network } = this.inputs;
    let test: Evaluation | null = null;
    for (const [phaseIndex, phase] of recipe.phases.entries()) {
      if (control.isStopping) break;
      const features = this.#chain.at(phaseIndex);
      yield* this.#phase(phase, phaseIndex, features);
      const isLast = phaseIndex === recipe.phases.length - 1 || control.isStopping;
      if (isLast && this.#history.length > 0) {
        test = await this.#timed('test', () => this.#test(features));
        yield { kind: 'test', evaluation: test };
      }
      this.#chain.phaseEnded(phaseIndex);
    }
    this.#parameters.writeTo(network.model);
    return this.#result(test);
  }

  dispose(): void {
    this.#tail?.dispose();
    this.#chain.dispose();
    this.#parameters.dispose();
  }

  async *#phase(phase: Phase, phaseIndex: number, features: Features): AsyncGenerator<RunEvent> {
    const start = performance.now();
    this.#tail?.dispose();
    this.#tail = this.#compileTail(phase, phaseIndex);
    const outcome = yield* runPhase(this.#phaseInputs(phase, phaseIndex, features, this.#tail));
    this.#seconds[`phase ${(phaseIndex + 1).toString()}: ${phase.name}`] = (performance.now() - start) / 1000;
    if (outcome === null) return;
    this.#history.push(...outcome.history);
    const { bestEpoch, stoppedEarly } = outcome;
    yield {
      kind: 'phaseEnd',
      phaseIndex,
      stoppedEarly,
      bestEpoch,
      evaluation: this.#evaluation('validation', outcome.validation),
    };
  }

  #firstTrainable(phase: Phase): number {
    const { backboneLayers } = this.inputs.network;
    return firstTrainableOf(backboneLayers, phase.name === 'head' ? 0 : phase.unfreeze);
  }

  #compileTail(phase: Phase, phaseIndex: number): Program {
    const { graph } = this.inputs.network;
    const first = this.#firstTrainable(phase);
    const waist = this.#chain.plans[phaseIndex]?.waist;
    // The last node is the softmax of the dense layer; training works on the logits before it.
    const logits = graph.nodes.length - 2;
    invariant(waist !== undefined, 'every phase is planned');
    const tail = compile(graph, waist, logits, {
      isTrainable: (layer) => layer >= first,
      batchNorm: phase.name === 'head' ? 'inference' : phase.batchNorm,
    });
    checkStepFits(tail, this.inputs.recipe);
    return tail;
  }

  #phaseInputs(phase: Phase, phaseIndex: number, features: Features, tail: Program): PhaseInputs {
    const { recipe, dataset, control } = this.inputs;
    const { summary } = dataset;
    return {
      recipe,
      phase,
      phaseIndex,
      tail,
      features,
      parameters: this.#parameters,
      labelOfRow: summary.labelOfRow,
      loss: this.#loss,
      classes: summary.labels.length,
      train: summary.split.train,
      validation: summary.split.validation,
      control,
      orderOf: (epoch, count) => shuffledRange(count, recipe.seed, 'epoch order', phaseIndex, epoch),
    };
  }

  #test(features: Features): Promise<Evaluation> {
    const { dataset, control } = this.inputs;
    const { labelOfRow, labels, split } = dataset.summary;
    invariant(this.#tail !== null, 'a phase has run');
    const inputs = {
      tail: this.#tail,
      parameters: this.#parameters,
      features,
      labelOfRow,
      loss: this.#loss,
      batchSize: 64,
      signal: control.signal,
      checkpoint: () => control.checkpoint(),
    };
    return evaluate(inputs, split.test, labels.length).then((outcome) => this.#evaluation('test', outcome));
  }

  #evaluation(split: SplitName, { loss, probabilities }: Outcome): Evaluation {
    const { summary } = this.inputs.dataset;
    return evaluationOf({
      split,
      rows: summary.split[split],
      loss,
      probabilities,
      labelOfRow: summary.labelOfRow,
      labels: summary.labels,
    });
  }

  async #timed<Value>(stage: string, work: () => Promise<Value>): Promise<Value> {
    const start = performance.now();
    const value = await work();
    this.#seconds[stage] = (performance.now() - start) / 1000;
    return value;
  }

  #result(test: Evaluation | null): RunResult {
    const { recipe, device, dataset, control, network } = this.inputs;
    const { origin, sizeBytes, sha256 } = network.weights;
    return {
      runId: crypto.randomUUID(),
      recipe,
      history: this.#history,
      test,
      stopped: control.isStopping,
      device,
      weights: { origin, sizeBytes, sha256 },
      cleaning: dataset.summary.cleaning,
      secondsByStage: this.#seconds,
      versions: { mien: VERSION, tfjs: tf.version.tfjs },
    };
  }
}

/** What the frozen part computes depends on this, and on the pictures. */
function cacheKeyOf({ recipe, network }: RunInputs): string {
  const { views: _views, ...augmentation } = recipe.augmentation;
  const { origin, sha256 } = network.weights;
  return JSON.stringify([recipe.backbone, origin, sha256, network.preprocessing, augmentation, recipe.seed]);
}
