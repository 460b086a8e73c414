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
import type { EndedPhase, EpochRecord, Evaluation, RunEvent, RunResult } from '../protocol/events.ts';
import type { Phase, Recipe } from '../protocol/recipe.ts';
import { classWeightsOf } from '../training/class-weights.ts';
import type { LossSettings } from '../training/loss.ts';
import type { RunControl } from '../training/control.ts';
import { evaluate, type Outcome } from '../training/evaluate.ts';
import type { Features } from '../training/features.ts';
import { deviceDone } from './activate.ts';
import type { CacheShelf } from './cache-shelf.ts';
import { checkStepFits } from './check-fits.ts';
import type { EpochInputs } from '../training/epoch.ts';
import { runPhase, type PhaseSnapshot } from '../training/phase.ts';
import type { RunCheckpoints } from './until-done.ts';
import { checkSame, fingerprintOf, tensorsOf, type Checkpoint, type CheckpointHead } from './checkpoint.ts';
import type { FeatureChain } from './feature-chain.ts';
import type { Network } from './network.ts';
import { openChain } from './open-chain.ts';

export interface RunInputs {
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly device: DeviceReport;
  readonly control: RunControl;
  /** Where the activations are kept between runs. */
  readonly shelf: CacheShelf;
  /** Null keeps none. */
  readonly checkpoints: RunCheckpoints | null;
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
  readonly #history: EpochRecord[];
  readonly #ended: EndedPhase[];
  /** Names of all weights that phases have changed so far. */
  readonly #changed: Set<string>;
  readonly #pictures: string;
  readonly #from: Checkpoint | null;
  readonly #seconds: Record<string, number>;
  readonly #loss: LossSettings;
  #chain: FeatureChain | null = null;
  #tail: Program | null = null;

  constructor(readonly inputs: RunInputs) {
    const { network, dataset, recipe } = inputs;
    const { labels, split, labelOfRow } = dataset.summary;
    this.#loss = {
      labelSmoothing: recipe.labelSmoothing ?? 0,
      classWeights: classWeightsOf(recipe, labels, split.train, labelOfRow),
    };
    const before = inputs.checkpoints?.from ?? null;
    this.#from = before;
    this.#pictures = fingerprintOf(dataset);
    if (before !== null) checkSame(before.head, this.#pictures, network.weights.sha256);
    this.#parameters = new Parameters(network.model);
    const weights = tensorsOf(before?.weights ?? {});
    this.#parameters.restore(weights);
    this.#changed = new Set(weights.keys());
    this.#ended = [...(before?.head.ended ?? [])];
    const current = before?.head.phaseIndex;
    this.#history = (before?.head.history ?? []).filter(({ phaseIndex }) => phaseIndex !== current);
    this.#seconds = { ...before?.head.secondsByStage, ...inputs.secondsByStage };
  }

  async *carryOut(): AsyncGenerator<RunEvent, RunResult> {
    const { recipe, control, network } = this.inputs;
    const from = this.#from;
    const first = from?.head.phaseIndex ?? 0;
    if (from !== null) yield { kind: 'resumed', history: from.head.history, ended: this.#ended };
    const firstTrainable = recipe.phases.map((phase) => this.#firstTrainable(phase));
    const chain = await openChain(this.inputs, this.#parameters, firstTrainable);
    this.#chain = chain;
    if (chain.notice !== null) yield { kind: 'notice', of: 'run', notice: chain.notice.toWire() };
    let test: Evaluation | null = null;
    for (const [phaseIndex, phase] of recipe.phases.entries()) {
      if (phaseIndex < first) continue;
      // A run that goes on only to be stopped still keeps its best weights.
      if (control.isStopping && (from === null || phaseIndex > first)) break;
      const features = chain.at(phaseIndex);
      const waist = chain.waistOf(phaseIndex);
      yield* this.#phase(phase, phaseIndex, features, waist);
      const isLast = phaseIndex === recipe.phases.length - 1 || control.isStopping;
      if (isLast && this.#history.length > 0) {
        test = await this.#timed('test', () => this.#test(features));
        yield { kind: 'test', evaluation: test };
      }
      chain.phaseEnded(phaseIndex);
    }
    this.#parameters.writeTo(network.model);
    return this.#result(test);
  }

  dispose(): void {
    this.#tail?.dispose();
    this.#chain?.dispose();
    this.#parameters.dispose();
  }

  async *#phase(
    phase: Phase,
    phaseIndex: number,
    features: Features,
    waist: number,
  ): AsyncGenerator<RunEvent> {
    const { checkpoints } = this.inputs;
    const stage = `phase ${(phaseIndex + 1).toString()}: ${phase.name}`;
    const start = performance.now();
    const before = this.#seconds[stage] ?? 0;
    const seconds = (): number => before + (performance.now() - start) / 1000;
    this.#tail?.dispose();
    this.#tail = this.#compileTail(phase, waist);
    for (const name of [...this.#tail.trainable, ...this.#tail.moving]) this.#changed.add(name);
    const outcome = yield* runPhase({
      ...this.#epochInputs(phase, phaseIndex, features, this.#tail),
      start: this.#startOf(phaseIndex),
      onEpoch: (snapshot) => {
        this.#seconds[stage] = seconds();
        if (checkpoints !== null) this.#keep(checkpoints, phaseIndex, snapshot());
      },
    });
    this.#seconds[stage] = seconds();
    if (outcome === null) return;
    this.#history.push(...outcome.history);
    const { bestEpoch, stoppedEarly } = outcome;
    const evaluation = this.#evaluation('validation', outcome.validation);
    const end = { kind: 'phaseEnd', phaseIndex, stoppedEarly, bestEpoch, evaluation } as const;
    this.#ended.push({ start: outcome.start, end });
    yield end;
  }

  /** Where the phase goes on by the checkpoint. */
  #startOf(phaseIndex: number): PhaseSnapshot | null {
    if (this.#from?.head.phaseIndex !== phaseIndex) return null;
    const { head, slots, best } = this.#from;
    return {
      status: head.status,
      history: head.history.filter((record) => record.phaseIndex === phaseIndex),
      slots: tensorsOf(slots),
      best: tensorsOf(best),
    };
  }

  /** Hands what an epoch has come to over to be kept, beside the steps. */
  #keep(
    { keeper, picked }: RunCheckpoints,
    phaseIndex: number,
    { status, history, slots, best }: PhaseSnapshot,
  ): void {
    const { recipe, network, device } = this.inputs;
    const head: CheckpointHead = {
      runId: keeper.runId,
      savedAtMs: Date.now(),
      recipe,
      picked,
      pictures: this.#pictures,
      backboneSha256: network.weights.sha256,
      backend: device.backend,
      phaseIndex,
      status,
      history: [...this.#history, ...history],
      ended: [...this.#ended],
      secondsByStage: { ...this.#seconds },
    };
    keeper.keep({ head, weights: this.#parameters.snapshot([...this.#changed]), slots, best });
  }

  #firstTrainable(phase: Phase): number {
    const { backboneLayers } = this.inputs.network;
    return firstTrainableOf(backboneLayers, phase.name === 'head' ? 0 : phase.unfreeze);
  }

  #compileTail(phase: Phase, waist: number): Program {
    const { graph } = this.inputs.network;
    const first = this.#firstTrainable(phase);
    // The last node is the softmax of the dense layer; training works on the logits before it.
    const logits = graph.nodes.length - 2;
    const tail = compile(graph, waist, logits, {
      isTrainable: (layer) => layer >= first,
      batchNorm: phase.name === 'head' ? 'inference' : phase.batchNorm,
    });
    checkStepFits(tail, this.inputs.recipe);
    return tail;
  }

  #epochInputs(phase: Phase, phaseIndex: number, features: Features, tail: Program): EpochInputs {
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
      deviceDone,
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
    const { recipe, device, dataset, checkpoints, control, network } = this.inputs;
    const { origin, sizeBytes, sha256 } = network.weights;
    return {
      runId: checkpoints?.keeper.runId ?? crypto.randomUUID(),
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
