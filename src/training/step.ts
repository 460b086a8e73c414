/** One update: forward and backward through the trainable part, then the optimizer; and the sums of an epoch's updates. */
import * as tf from '@tensorflow/tfjs';
import { hasRecordings, record, type Recording } from '../kernels/recording.ts';
import type { Parameters } from '../models/program/parameters.ts';
import { trainingPass } from '../models/program/pass.ts';
import type { Program } from '../models/program/program.ts';
import type { Chance } from '../models/program/unit.ts';
import { invariant } from '../protocol/errors.ts';
import { classWeightsTensor, softmaxCrossEntropy, type LossSettings } from './loss.ts';
import type { Optimizer } from './optimizer.ts';

export interface StepInputs {
  readonly tail: Program;
  readonly parameters: Parameters;
  readonly optimizer: Optimizer;
  readonly loss: LossSettings;
}

/** What one pass forward and backward comes to. */
interface Made {
  /** `[2]`. */
  readonly sums: tf.Tensor;
  /** By the name of the weight. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
  /** New values of weights that move without a gradient, by name. */
  readonly moved: ReadonlyMap<string, tf.Tensor>;
}

/** What steps of one kind were recorded as: batches of one shape, and draws that differ by the step's number alone. */
interface Recorded {
  readonly kind: string;
  /** Null where the backend could not. */
  readonly recording: Recording | null;
  /** Where a replayed step puts gradients, in the order in which they are made. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
  readonly moved: readonly string[];
}

/**
 * The steps of a phase. Where the backend records, the second of two steps of one kind is recorded, and those behind it are
 * replayed: the same kernels on the same values, without being called one by one. The first folds weights of frozen layers,
 * which is done once; an epoch's last batch, which may be a smaller one, is computed each time. Owns what is recorded; dispose
 * it when the phase ends.
 */
export class TrainingSteps {
  readonly #inputs: StepInputs;
  /** One a class; null weighs all alike. */
  readonly #classWeights: tf.Tensor1D | null;
  /** The kind of the last step. */
  #last: string | null = null;
  #recorded: Recorded | null = null;

  constructor(inputs: StepInputs) {
    this.#inputs = inputs;
    this.#classWeights = classWeightsTensor(inputs.loss);
  }

  /**
   * Updates the weights on one batch.
   *
   * @param x values at the cut output, `[batch, ...]`
   * @param labels `[batch]`, int32
   * @param chance null drops nothing
   * @returns `[2]`: sum of losses and number of right answers before the update; the caller disposes it
   */
  take(x: tf.Tensor, labels: tf.Tensor1D, chance: Chance | null): tf.Tensor1D {
    const { parameters, optimizer } = this.#inputs;
    return tf.tidy(() => {
      const { sums, gradients, moved } = this.#make(x, labels, chance);
      optimizer.apply(parameters, gradients);
      for (const [name, value] of moved) parameters.set(name, tf.keep(value));
      return sums as tf.Tensor1D;
    });
  }

  dispose(): void {
    this.#forget();
    this.#classWeights?.dispose();
  }

  #make(x: tf.Tensor, labels: tf.Tensor1D, chance: Chance | null): Made {
    if (!hasRecordings()) return this.#compute(x, labels, chance);
    if (this.#recorded?.recording?.holds === false) this.#forget();
    const kind = `${String(x.shape)} ${chance === null ? '' : `${chance.seed} ${chance.phase}`}`;
    const isSecond = this.#last === kind;
    this.#last = kind;
    if (this.#recorded?.kind !== kind)
      return isSecond ? this.#record(kind, x, labels, chance) : this.#compute(x, labels, chance);
    const { recording } = this.#recorded;
    if (recording?.hasRoom() !== true) return this.#compute(x, labels, chance);
    return this.#replay({ ...this.#recorded, recording }, x, labels, chance);
  }

  #compute(x: tf.Tensor, labels: tf.Tensor1D, chance: Chance | null): Made {
    const { tail, parameters, loss } = this.#inputs;
    const pass = trainingPass(parameters, chance);
    const logits = tail.forward(x, pass) as tf.Tensor2D;
    const { sums, dLogits } = softmaxCrossEntropy(logits, labels, loss, this.#classWeights);
    tail.backward(dLogits, pass);
    return { sums, gradients: pass.gradients, moved: pass.moved };
  }

  #record(kind: string, x: tf.Tensor, labels: tf.Tensor1D, chance: Chance | null): Made {
    this.#forget();
    const steps: Made[] = [];
    const recording = record({
      given: this.#given(x, labels),
      run: () => {
        const made = this.#compute(x, labels, chance);
        steps.push(made);
        return [made.sums, ...made.moved.values(), ...made.gradients.values()];
      },
    });
    const [made] = steps;
    invariant(made !== undefined, 'a step is computed while it is recorded');
    const places =
      recording === null
        ? []
        : [...made.gradients].map(([name, { shape }]) => [name, tf.keep(tf.zeros(shape))] as const);
    this.#recorded = { kind, recording, gradients: new Map(places), moved: [...made.moved.keys()] };
    return made;
  }

  #replay(
    { recording, gradients, moved: names }: Recorded & { readonly recording: Recording },
    x: tf.Tensor,
    labels: tf.Tensor1D,
    chance: Chance | null,
  ): Made {
    const sums = tf.zeros([2]);
    const { parameters } = this.#inputs;
    const moved = new Map(names.map((name) => [name, tf.zerosLike(parameters.get(name))] as const));
    const into = [sums, ...moved.values(), ...gradients.values()];
    recording.replay(this.#given(x, labels), into, chance?.step ?? 0);
    return { sums, moved, gradients };
  }

  #given(x: tf.Tensor, labels: tf.Tensor1D): tf.Tensor[] {
    const { tail, parameters } = this.#inputs;
    const weights = parameters.names.map((name) => parameters.get(name));
    return [
      x,
      labels,
      ...(this.#classWeights === null ? [] : [this.#classWeights]),
      ...weights,
      ...tail.kept,
    ];
  }

  #forget(): void {
    this.#recorded?.recording?.dispose();
    tf.dispose([...(this.#recorded?.gradients.values() ?? [])]);
    this.#recorded = null;
  }
}

/** Of the pictures of an epoch so far. */
export interface Means {
  readonly loss: number;
  /** 0 to 1. */
  readonly accuracy: number;
}

/**
 * Loss and hits of an epoch, added up on the device and read back without stalling it. Owns one small tensor; dispose it
 * when the epoch ends.
 */
export class RunningSums {
  #sums: tf.Tensor = tf.zeros([2]);
  #pictures = 0;

  /** Adds a step's `[loss sum, hits]`, which it takes over. */
  add(sums: tf.Tensor, pictures: number): void {
    const total: tf.Tensor = tf.engine().runKernel('MienAccumulate', { total: this.#sums, sums });
    tf.dispose([this.#sums, sums]);
    this.#sums = total;
    this.#pictures += pictures;
  }

  /** Means over the epoch so far; accuracy 0 to 1. Steps may go on meanwhile. */
  async read(): Promise<Means> {
    const pictures = this.#pictures;
    const sums = this.#sums.clone();
    try {
      const [loss = NaN, right = NaN] = await sums.data();
      return { loss: loss / pictures, accuracy: right / pictures };
    } finally {
      sums.dispose();
    }
  }

  dispose(): void {
    this.#sums.dispose();
  }
}
