/** Carries a recipe out: phases in order, the test pictures once at the end. */
import * as tf from '@tensorflow/tfjs';
import { evaluationOf } from '../../evaluation/metrics.ts';
import { surenessOf, type Sureness } from '../../lib/figures/sureness.ts';
import { newId } from '../../lib/new-id.ts';
import { VERSION } from '../../lib/version.ts';
import type { SplitName } from '../../protocol/dataset.ts';
import type { EndedPhase, EpochRecord, Evaluation, RunEvent, RunResult } from '../../protocol/events.ts';
import { evaluation, type EpochInputs } from '../../training/epoch.ts';
import { evaluate, type Outcome } from '../../training/evaluate.ts';
import { runPhase, type PhaseSnapshot } from '../../training/phase.ts';
import type { Device } from '../device/device.ts';
import type { RunCheckpoints } from './until-done.ts';
import { checkSame, tensorsOf, type Checkpoint, type CheckpointHead } from '../checkpoints/checkpoint.ts';
import { PhaseSetup, type PhaseSetupInputs } from './phase-setup.ts';

export interface RunInputs extends PhaseSetupInputs {
  readonly device: Device;
  /** Null keeps none. */
  readonly checkpoints: RunCheckpoints | null;
  /** Whether the test pictures are asked at the end; by default they are. */
  readonly isTested?: boolean;
  /** Seconds that came before: opening the set, loading weights. */
  readonly secondsByStage: Readonly<Record<string, number>>;
}

/** What a run ends with. */
export interface Finished {
  readonly result: RunResult;
  readonly ended: readonly EndedPhase[];
  /** Names of all weights that it changed. */
  readonly changed: ReadonlySet<string>;
}

/**
 * Runs all phases; at the end `network.model` holds the trained weights.
 *
 * @throws StudioError `train/…`; DOMException `AbortError` when cancelled
 */
export async function* runRecipe(inputs: RunInputs): AsyncGenerator<RunEvent, Finished> {
  const setup = await PhaseSetup.open(inputs);
  try {
    return yield* new Run(inputs, setup).carryOut();
  } finally {
    setup.dispose();
  }
}

class Run {
  readonly #history: EpochRecord[];
  readonly #ended: EndedPhase[];
  /** Names of all weights that phases have changed so far. */
  readonly #changed: Set<string>;
  readonly #from: Checkpoint | null;
  readonly #seconds: Record<string, number>;

  constructor(
    readonly inputs: RunInputs,
    readonly setup: PhaseSetup,
  ) {
    const { network, dataset } = inputs;
    const before = inputs.checkpoints?.from ?? null;
    this.#from = before;
    if (before !== null) checkSame(before.head, dataset.summary.setHash, network.weights.sha256);
    const weights = tensorsOf(before?.weights ?? {});
    setup.parameters.restore(weights);
    this.#changed = new Set(weights.keys());
    this.#ended = [...(before?.head.ended ?? [])];
    const current = before?.head.phaseIndex;
    this.#history = (before?.head.history ?? []).filter(({ phaseIndex }) => phaseIndex !== current);
    this.#seconds = { ...before?.head.secondsByStage, ...inputs.secondsByStage };
  }

  async *carryOut(): AsyncGenerator<RunEvent, Finished> {
    const { recipe, control, network } = this.inputs;
    const from = this.#from;
    const first = from?.head.phaseIndex ?? 0;
    if (from !== null) yield { kind: 'resumed', history: from.head.history, ended: this.#ended };
    yield* this.setup.notices();
    let test: Evaluation | null = null;
    for (const [phaseIndex, phase] of recipe.phases.entries()) {
      if (phaseIndex < first) continue;
      // A run that goes on only to be stopped still has the epoch that it kept.
      if (control.isStopping && (from === null || phaseIndex > first)) break;
      const inputsOfPhase = this.setup.layOut(phase, phaseIndex);
      yield* this.#phase(inputsOfPhase);
      const isLast = phaseIndex === recipe.phases.length - 1 || control.isStopping;
      const hasTest = this.inputs.isTested !== false && this.inputs.dataset.summary.split.test.length > 0;
      if (isLast && hasTest && this.#history.length > 0) {
        test = await this.#timed('test', () => this.#test(inputsOfPhase));
        yield { kind: 'test', evaluation: test };
      }
      this.setup.phaseEnded(phaseIndex);
    }
    this.setup.parameters.writeTo(network.model);
    return { result: this.#result(test), ended: this.#ended, changed: this.#changed };
  }

  async *#phase(inputsOfPhase: EpochInputs): AsyncGenerator<RunEvent> {
    const { checkpoints } = this.inputs;
    const { phase, phaseIndex, tail } = inputsOfPhase;
    const stage = `phase ${(phaseIndex + 1).toString()}: ${phase.name}`;
    const { control } = inputsOfPhase;
    const startMs = control.workedMs;
    const before = this.#seconds[stage] ?? 0;
    const seconds = (): number => before + (control.workedMs - startMs) / 1000;
    for (const name of [...tail.trainable, ...tail.moving]) this.#changed.add(name);
    const outcome = yield* runPhase({
      ...inputsOfPhase,
      start: this.#startOf(phaseIndex),
      onEpoch: (snapshot) => {
        this.#seconds[stage] = seconds();
        if (checkpoints !== null) this.#keep(checkpoints, phaseIndex, snapshot());
      },
    });
    this.#seconds[stage] = seconds();
    if (outcome === null) return;
    this.#history.push(...outcome.history);
    const { bestEpoch, keptEpoch, stoppedEarly } = outcome;
    const evaluation = this.#evaluation('validation', outcome.validation);
    const end = { kind: 'phaseEnd', phaseIndex, stoppedEarly, bestEpoch, keptEpoch, evaluation } as const;
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
      kept: tensorsOf(best),
    };
  }

  /** Hands what an epoch has come to over to be kept, beside the steps. */
  #keep(
    { keeper, picked }: RunCheckpoints,
    phaseIndex: number,
    { status, history, slots, kept }: PhaseSnapshot,
  ): void {
    const { recipe, network, device, dataset } = this.inputs;
    const head: CheckpointHead = {
      runId: keeper.runId,
      savedAtMs: Date.now(),
      recipe,
      picked,
      setHash: dataset.summary.setHash,
      backboneSha256: network.weights.sha256,
      backend: device.report.backend,
      phaseIndex,
      status,
      history: [...this.#history, ...history],
      ended: [...this.#ended],
      secondsByStage: { ...this.#seconds },
    };
    const weights = this.setup.parameters.snapshot([...this.#changed]);
    keeper.keep({ head, weights, slots, best: kept });
  }

  async #test(inputsOfPhase: EpochInputs): Promise<Evaluation> {
    const { labels, split } = this.inputs.dataset.summary;
    return this.#evaluation('test', await evaluate(evaluation(inputsOfPhase), split.test, labels.length));
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
    const { control } = this.inputs;
    const startMs = control.workedMs;
    const value = await work();
    this.#seconds[stage] = (control.workedMs - startMs) / 1000;
    return value;
  }

  /** By the validation pictures at the epoch that the last phase kept. */
  #sureness(): Sureness | null {
    const last = this.#ended.at(-1)?.end.evaluation;
    if (last === undefined) return null;
    const { labelOfRow } = this.inputs.dataset.summary;
    const truths = Array.from(last.rows, (row) => labelOfRow[row] ?? 0);
    return surenessOf(last.probabilities, truths, last.labels.length);
  }

  #result(test: Evaluation | null): RunResult {
    const { recipe, device, dataset, checkpoints, control, network } = this.inputs;
    const { origin, sizeBytes, sha256 } = network.weights;
    return {
      runId: checkpoints?.keeper.runId ?? newId(),
      recipe,
      history: this.#history,
      test,
      sureness: this.#sureness(),
      stopped: control.isStopping,
      device: device.report,
      weights: { origin, sizeBytes, sha256 },
      cachePrecision: recipe.cache,
      setHash: dataset.summary.setHash,
      cleaning: dataset.summary.cleaning,
      secondsByStage: this.#seconds,
      versions: { mien: VERSION, tfjs: tf.version.tfjs },
    };
  }
}
