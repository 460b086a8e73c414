/** Carries a recipe out: phases in order, the test pictures once at the end. */
import * as tf from '@tensorflow/tfjs';
import { evaluationOf } from '../../evaluation/metrics.ts';
import { surenessOf, type Sureness } from '../../lib/figures/sureness.ts';
import { newId } from '../../lib/new-id.ts';
import { VERSION } from '../../lib/version.ts';
import type { SplitName } from '../../protocol/set/dataset.ts';
import type { EndedPhase, EpochRecord, Evaluation, RunEvent, RunResult } from '../../protocol/events.ts';
import { evaluation, type EpochInputs } from '../../training/epoch.ts';
import { evaluate, type Outcome } from '../../training/evaluate.ts';
import { runPhase, type PhaseSnapshot } from '../../training/phase.ts';
import type { Device } from '../device/device.ts';
import { arithmeticAfter } from '../device/arithmetic.ts';
import type { RunCheckpoints } from './until-done.ts';
import {
  arraysOf,
  checkSame,
  tensorsOf,
  type Checkpoint,
  type CheckpointHead,
  type NamedArrays,
} from '../checkpoints/checkpoint.ts';
import { invariant } from '../../protocol/errors.ts';
import { BestPhase } from './best-phase.ts';
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
  /** Those weights in the network of `result.other`; null where there is none. */
  readonly other: NamedArrays | null;
}

/** What a run is closed with. */
interface Closed extends Pick<RunResult, 'test' | 'kept' | 'other'> {
  readonly sureness: Sureness | null;
  readonly weights: NamedArrays | null;
}

/**
 * Runs all phases; at the end `network.model` holds the trained weights.
 *
 * @throws StudioError `train/…`; DOMException `AbortError` when cancelled
 */
export async function* runRecipe(inputs: RunInputs): AsyncGenerator<RunEvent, Finished> {
  const setup = await PhaseSetup.open(inputs);
  const run = new Run(inputs, setup);
  try {
    return yield* run.carryOut();
  } finally {
    run.dispose();
    setup.dispose();
  }
}

class Run {
  readonly #history: EpochRecord[];
  readonly #ended: EndedPhase[];
  /** Names of all weights that phases have changed so far. */
  readonly #changed: Set<string>;
  readonly #from: Checkpoint | null;
  readonly #best: BestPhase;
  readonly #seconds: Record<string, number>;
  /** How it was computed so far, and is from now on. */
  readonly #arithmetic: ReturnType<typeof arithmeticAfter>;

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
    this.#best = new BestPhase(inputs.recipe, this.#ended, before?.earlier ?? {});
    const current = before?.head.phaseIndex;
    this.#history = (before?.head.history ?? []).filter(({ phaseIndex }) => phaseIndex !== current);
    this.#seconds = { ...before?.head.secondsByStage, ...inputs.secondsByStage };
    this.#arithmetic = arithmeticAfter(before?.head ?? null, inputs);
  }

  async *carryOut(): AsyncGenerator<RunEvent, Finished> {
    const { recipe, control, network } = this.inputs;
    const from = this.#from;
    const first = from?.head.phaseIndex ?? 0;
    if (from !== null) yield { kind: 'resumed', history: from.head.history, ended: this.#ended };
    yield* this.setup.notices();
    let closed: Closed | null = null;
    for (const [phaseIndex, phase] of recipe.phases.entries()) {
      if (phaseIndex < first) continue;
      // A run that goes on only to be stopped still has the epoch that it kept.
      if (control.isStopping && (from === null || phaseIndex > first)) break;
      const inputsOfPhase = this.setup.layOut(phase, phaseIndex);
      yield* this.#phase(inputsOfPhase);
      const isLast = phaseIndex === recipe.phases.length - 1 || control.isStopping;
      if (isLast && this.#history.length > 0) closed = yield* this.#close(inputsOfPhase);
      this.setup.phaseEnded(phaseIndex);
    }
    this.setup.parameters.writeTo(network.model);
    return {
      result: this.#result(closed),
      ended: this.#ended,
      changed: this.#changed,
      other: closed?.weights ?? null,
    };
  }

  dispose(): void {
    this.#best.dispose();
  }

  /** Decides by validation whose network is kept, and only then asks the test pictures. */
  async *#close(inputsOfPhase: EpochInputs): AsyncGenerator<RunEvent, Closed> {
    const last = this.#ended.at(-1)?.end;
    invariant(last !== undefined, 'a phase with epochs has ended');
    const earlier = this.#best.earlierThan(last);
    const isEarlierKept = earlier !== null && this.inputs.recipe.keep === 'bestPhase';
    if (isEarlierKept) {
      yield { kind: 'phaseKept', phaseIndex: earlier.phaseIndex, keptEpoch: earlier.keptEpoch };
    }
    const testLast = (): Promise<Evaluation | null> => this.#test(inputsOfPhase);
    const test = isEarlierKept ? null : await this.#timed('test', testLast);
    if (test !== null) yield { kind: 'test', evaluation: test };
    const kept = { phaseIndex: last.phaseIndex, why: 'last' } as const;
    const own = { test, kept, sureness: this.#sureness(last), other: null, weights: null };
    if (earlier === null) return own;
    const { phaseIndex } = earlier;
    const other = await this.#timed('test', () => this.#testEarlier(phaseIndex, isEarlierKept));
    const sureness = this.#sureness(earlier);
    if (!isEarlierKept)
      return { ...own, other: { phaseIndex, test: other.test, sureness }, weights: other.weights };
    if (other.test !== null) yield { kind: 'test', evaluation: other.test };
    return { ...own, test: other.test, sureness, kept: { phaseIndex, why: 'best' } };
  }

  /** Tests the network of an earlier phase, laid out anew; where the run ends with it, the weights are its from now on. */
  async #testEarlier(
    phaseIndex: number,
    isKept: boolean,
  ): Promise<{ readonly test: Evaluation | null; readonly weights: NamedArrays }> {
    const { recipe } = this.inputs;
    const phase = recipe.phases[phaseIndex];
    invariant(phase !== undefined, 'the best phase is one of the recipe');
    const setup = await PhaseSetup.open(this.inputs);
    try {
      setup.parameters.restore(this.#best.snapshot());
      const test = await this.#test(setup.layOut(phase, phaseIndex));
      const weights = setup.parameters.snapshot([...this.#changed]);
      if (isKept) {
        this.setup.parameters.restore(weights);
        return { test, weights: {} };
      }
      const arrays = await arraysOf(weights);
      tf.dispose([...weights.values()]);
      return { test, weights: arrays };
    } finally {
      setup.dispose();
    }
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
    const { bestEpoch, keptEpoch, stoppedEarly, validation } = outcome;
    const evaluation = validation === null ? null : this.#evaluation('validation', validation);
    const end = { kind: 'phaseEnd', phaseIndex, stoppedEarly, bestEpoch, keptEpoch, evaluation } as const;
    this.#ended.push({ start: outcome.start, end });
    this.#best.ended(end, this.setup.parameters, this.#changed);
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
      ...this.#arithmetic,
      gpuKernels: this.inputs.gpuKernels,
      ...{ phaseIndex, status },
      history: [...this.#history, ...history],
      ...{ ended: [...this.#ended], secondsByStage: { ...this.#seconds } },
    };
    const weights = this.setup.parameters.snapshot([...this.#changed]);
    keeper.keep({ head, weights, slots, best: kept, earlier: this.#best.snapshot() });
  }

  /** Null where the split keeps no pictures for a test. */
  async #test(inputsOfPhase: EpochInputs): Promise<Evaluation | null> {
    const { labels, split } = this.inputs.dataset.summary;
    if (this.inputs.isTested === false || split.test.length === 0) return null;
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

  /** By the validation pictures at the epoch that a phase kept; null where there are none. */
  #sureness({ evaluation }: EndedPhase['end']): Sureness | null {
    if (evaluation === null) return null;
    const { labelOfRow } = this.inputs.dataset.summary;
    const truths = Array.from(evaluation.rows, (row) => labelOfRow[row] ?? 0);
    return surenessOf(evaluation.probabilities, truths, evaluation.labels.length);
  }

  #result(closed: Closed | null): RunResult {
    const { recipe, device, dataset, checkpoints, control, network } = this.inputs;
    const { origin, sizeBytes, sha256 } = network.weights;
    return {
      runId: checkpoints?.keeper.runId ?? newId(),
      recipe,
      history: this.#history,
      test: closed?.test ?? null,
      sureness: closed?.sureness ?? null,
      kept: closed?.kept ?? null,
      other: closed?.other ?? null,
      stopped: control.isStopping,
      ...{ device: device.report, gpuKernels: this.inputs.gpuKernels },
      weights: { origin, sizeBytes, sha256 },
      cachePrecision: recipe.cache,
      ...this.#arithmetic,
      setHash: dataset.summary.setHash,
      cleaning: dataset.summary.cleaning,
      secondsByStage: this.#seconds,
      versions: { mien: VERSION, tfjs: tf.version.tfjs },
    };
  }
}
