/**
 * A trained network as it answers pictures. It is cut where its run cut it for the last phase, and each section runs as it
 * did there, so that a picture of the set gets the very probabilities that the run's evaluation stored. Where the features
 * lie before the head, a look is taken at them: that is all that a heat map needs.
 *
 * Grad-CAM weighs the maps A_k of the features by the mean over all places of a logit's gradient, and keeps what is
 * positive: max(0, sum_k a_k A_k). The head is a global average of the maps and a dense layer W, so the gradient of logit
 * c is W_kc / places at every place, and a_k is the same: up to a factor, which goes out with the division by the largest,
 * the map of every class is one product of features and W. Hidden layers with ReLU are linear around a picture, so that
 * for it W is the product of their kernels, of each the columns alone whose ReLU is open. One forward pass gives all maps,
 * and nothing runs backward.
 *
 * @see Zhou et al., Learning deep features for discriminative localization, CVPR 2016
 * @see Selvaraju et al., Grad-CAM, ICCV 2017
 */
import * as tf from '@tensorflow/tfjs';
import type { PictureStore } from '../../data/dataset.ts';
import { cutOutputOf, FROZEN } from '../../frozen/cut.ts';
import { PLAIN } from '../../frozen/frozen-features.ts';
import { rounded } from '../../frozen/precision.ts';
import { joinFloats } from '../../lib/bytes/join-floats.ts';
import type { Preprocessing } from '../../models/backbones/backbone.ts';
import { graphOf, type Graph } from '../../models/graph.ts';
import { hiddenLayers } from '../../models/head.ts';
import { Parameters } from '../../models/program/parameters.ts';
import { inferencePass } from '../../models/program/pass.ts';
import { compile, type Program } from '../../models/program/program.ts';
import { invariant } from '../../protocol/errors.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import type { CachePrecision } from '../../protocol/recipe/recipe.ts';
import type { AnsweredRows, HeatMaps } from '../../protocol/try.ts';
import { answersOf } from '../../training/evaluate.ts';
import { firstTrainableIn, openLayersOf } from '../network/open-layers.ts';
import { PictureInput } from '../set/picture-input.ts';

/** What a classifier is made of. */
export interface Answering {
  /** Stays the caller's, who may dispose it afterwards. */
  readonly model: tf.LayersModel;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly recipe: FullRecipe;
  /** Index of the last phase that was carried out. */
  readonly lastPhase: number;
}

/** What is computed from one node up to another. */
interface Section {
  readonly to: number;
  readonly program: Program;
  /** What its result is rounded to, as the run's was. */
  readonly precision: CachePrecision;
}

/** What is computed beside probabilities. */
type Beside = 'nothing' | 'features' | 'maps';

/** Probabilities of some pictures, `[pictures, classes]`, and what was computed beside them. */
interface AnswerOfSome {
  readonly said: Float32Array<ArrayBuffer>;
  readonly beside: { readonly shape: readonly number[]; readonly values: Float32Array<ArrayBuffer> };
}

/** More pictures at once take memory and save nothing. */
const MOST_AT_ONCE = 32;

const INPUT = 0;

/** Owns copies of the weights; dispose it. */
export class Classifier {
  readonly #sections: readonly Section[];
  readonly #tail: Program;
  readonly #parameters: Parameters;
  readonly #features: number;
  readonly #input: (pictures: PictureStore) => PictureInput;

  constructor(readonly answering: Answering) {
    const { model, recipe, preprocessing } = answering;
    const { features, sections, tail } = sectionsOf(graphOf(model), answering);
    this.#features = features;
    this.#sections = sections;
    this.#tail = tail;
    this.#parameters = new Parameters(model);
    this.#input = (pictures) => new PictureInput(pictures, preprocessing, recipe);
  }

  /** Side of its pictures in pixels. */
  get size(): number {
    return this.answering.recipe.image.size;
  }

  /**
   * @param pictures RGB uint8, `[pictures, size, size, 3]`
   * @returns `[pictures, classes]`
   */
  async probabilities(
    pictures: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<Float32Array<ArrayBuffer>> {
    return joinFloats((await this.#answers(pictures, signal, 'nothing')).map(({ said }) => said));
  }

  /** The same, and what the head starts from: the mean of each map of the features, `[pictures, channels]`. */
  async withFeatures(pictures: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<AnsweredRows> {
    const answers = await this.#answers(pictures, signal, 'features');
    return {
      probabilities: joinFloats(answers.map(({ said }) => said)),
      features: joinFloats(answers.map(({ beside }) => beside.values)),
    };
  }

  /** One picture's probabilities, and where the network looked for each class. */
  async explained(
    picture: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<{ readonly probabilities: Float32Array<ArrayBuffer>; readonly maps: HeatMaps }> {
    const { said, beside } = await this.#answer(picture, signal, 'maps');
    const [, height = 0, width = 0] = beside.shape;
    return { probabilities: said, maps: { height, width, values: beside.values } };
  }

  dispose(): void {
    for (const { program } of this.#sections) program.dispose();
    this.#tail.dispose();
    this.#parameters.dispose();
  }

  /** As many pictures at once as programs and memory take. */
  async #answers(
    pictures: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
    beside: Beside,
  ): Promise<AnswerOfSome[]> {
    const bytes = this.size ** 2 * 3;
    const atOnce = Math.min(
      MOST_AT_ONCE,
      ...[this.#tail, ...this.#sections.map(({ program }) => program)].map((one) => one.picturesAtOnce),
    );
    const answers: AnswerOfSome[] = [];
    for (let from = 0; from < pictures.length; from += atOnce * bytes) {
      signal.throwIfAborted();
      answers.push(await this.#answer(pictures.subarray(from, from + atOnce * bytes), signal, beside));
    }
    return answers;
  }

  async #answer(
    pictures: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
    wanted: Beside,
  ): Promise<AnswerOfSome> {
    const rows = Array.from({ length: pictures.length / (this.size ** 2 * 3) }, (_, row) => row);
    const store = { count: rows.length, size: this.size, read: () => Promise.resolve(pictures) };
    const x = await this.#input(store).batch(rows, PLAIN, signal);
    const computed = tf.tidy(() => this.#computed(x, wanted));
    x.dispose();
    try {
      const [said, values] = await Promise.all(computed.map((one) => one.data<'float32'>()));
      invariant(said !== undefined, 'probabilities were computed');
      const shape = computed[1]?.shape ?? [];
      return { said: Float32Array.from(said), beside: { shape, values: Float32Array.from(values ?? []) } };
    } finally {
      tf.dispose(computed);
    }
  }

  /**
   * Probabilities `[pictures, classes]`, and what is wanted beside them: the pooled features `[pictures, channels]`, or the
   * maps `[classes, height, width]` of the first picture.
   */
  #computed(x: tf.Tensor, wanted: Beside): tf.Tensor[] {
    let value = x;
    let features: tf.Tensor | null = null;
    for (const { to, program, precision } of this.#sections) {
      value = rounded(program.forward(value, inferencePass(this.#parameters)), precision);
      if (to === this.#features) features = value;
    }
    invariant(features !== null, 'the features end a section');
    const beside = {
      nothing: () => [],
      features: () => [tf.mean(features, [1, 2])],
      maps: () => [this.#mapsOf(features as tf.Tensor4D)],
    }[wanted]();
    return [answersOf(this.#tail, this.#parameters, value).probabilities, ...beside];
  }

  #mapsOf(features: tf.Tensor4D): tf.Tensor3D {
    const [, height, width, channels] = features.shape;
    const places: tf.Tensor2D = tf.reshape(tf.slice(features, [0, 0, 0, 0], [1, height, width, channels]), [
      -1,
      channels,
    ]);
    const positive = tf.relu(tf.matMul(places, this.#slopesAt(tf.mean(places, 0, true))));
    const maps = tf.transpose(tf.divNoNan(positive, tf.max(positive, 0, true)));
    return tf.reshape(maps, [-1, height, width]);
  }

  /** By how much each logit goes up with each of a picture's pooled features `[1, channels]`: `[channels, classes]`. */
  #slopesAt(pooled: tf.Tensor2D): tf.Tensor2D {
    const last = this.#parameters.get('dense/kernel') as tf.Tensor2D;
    let [values, slopes]: [tf.Tensor2D, tf.Tensor2D | null] = [pooled, null];
    for (const layer of hiddenLayers(this.answering.recipe.head.hidden)) {
      const kernel = this.#parameters.get(`${layer}/kernel`) as tf.Tensor2D;
      values = tf.relu(tf.add(tf.matMul(values, kernel), this.#parameters.get(`${layer}/bias`)));
      const open: tf.Tensor2D = tf.mul(kernel, tf.step(values));
      slopes = slopes === null ? open : tf.matMul(slopes, open);
    }
    return slopes === null ? last : tf.matMul(slopes, last);
  }
}

/** The node whose value the head pools, and how many layers come before the head. */
function featuresOf({ nodes }: Graph): { readonly features: number; readonly backboneLayers: number } {
  const pool = nodes.findLast(({ op }) => op.kind === 'globalAveragePool');
  const [features] = pool?.inputs ?? [];
  invariant(pool !== undefined && features !== undefined, 'the head pools the features');
  return { features, backboneLayers: pool.layer };
}

function sectionsOf(
  graph: Graph,
  { recipe, lastPhase }: Answering,
): { readonly features: number; readonly sections: readonly Section[]; readonly tail: Program } {
  const { phases, cache } = recipe;
  const phase = phases[lastPhase];
  invariant(phase !== undefined, 'the last phase is one of the recipe');
  const { features, backboneLayers } = featuresOf(graph);
  const outputs = phases.map((each) => cutOutputOf(graph, firstTrainableIn(each, backboneLayers)));
  const cutOutput = outputs[lastPhase] ?? INPUT;
  // The cut outputs that the last phase's is computed from, as the run's frozen part has it.
  const kept = new Set(outputs.slice(lastPhase).filter((node) => node <= cutOutput));
  const ends = [...new Set([...kept, features])].filter((node) => node !== INPUT).sort((a, b) => a - b);
  const open = openLayersOf(phase, backboneLayers);
  let from = INPUT;
  const sections = ends.map((to): Section => {
    const program = compile(graph, from, to, to <= cutOutput ? FROZEN : open);
    from = to;
    return { to, program, precision: kept.has(to) ? cache : 'float32' };
  });
  return { features, sections, tail: compile(graph, from, graph.nodes.length - 2, open) };
}
