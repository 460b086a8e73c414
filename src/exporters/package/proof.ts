/**
 * Owns the proof that travels with every export: sixteen pictures, the probabilities that Mien computed for them, and
 * how near each file must come. What a file with rounded weights must say is computed from the same rounded numbers; how
 * often its answer is another one than the network's is measured on more pictures of the same kinds.
 */
import * as tf from '@tensorflow/tfjs';
import { letMessagesIn } from '../../lib/let-messages-in.ts';
import { likeliestOf } from '../../lib/figures/sureness.ts';
import { preprocess } from '../../models/backbones/backbone.ts';
import { Parameters } from '../../models/program/parameters.ts';
import { compile } from '../../models/program/program.ts';
import type { Platform } from '../../platform/platform.ts';
import { inferencePass } from '../../models/program/pass.ts';
import {
  fileOf,
  type ExportedFile,
  type ExportInput,
  type ModelFile,
  type ShownPictures,
} from '../exporter.ts';
import type { Precision } from '../network/precision.ts';
import { load, type LoadedNetwork } from '../network/run.ts';
import { encodePng, proofPictures, type ProofPicture } from './pictures.ts';

/** How many pictures travel. */
const SHOWN = 16;

/** How many say how often rounding changes the answer. */
const MEASURED = 64;

/** The most that a probability of a file may differ from Mien's; answers nearer to each other than twice that are equal. */
const TOLERANCE = 1e-4;

/** What a network says of some pictures. */
interface Answers {
  /** One row a picture. */
  readonly probabilities: readonly Float32Array[];
  /** The pooled features that the head takes, one row a picture. */
  readonly features: readonly Float32Array[];
}

/** How far rounding takes a network from what it was. */
export interface Rounding {
  /** How many of the pictures that it was measured on get the same answer. */
  readonly same: number;
  readonly of: number;
  /** The most that a probability changes. */
  readonly largestDifference: number;
}

interface Measured {
  readonly probabilities: readonly Float32Array[];
  readonly rounding: Rounding;
}

/** The pictures and what Mien computes for them; made once for all formats. */
export class Proof {
  /** By precision of the weights, or by how a file computes. */
  readonly #rounded = new Map<Precision | ModelFile['rounded'], Promise<Measured>>();
  #exact: Promise<readonly Float32Array[]> | null = null;

  private constructor(
    readonly input: ExportInput,
    readonly pictures: readonly ProofPicture[],
    readonly answers: Answers,
    readonly platform: Platform,
  ) {}

  static async of(input: ExportInput, platform: Platform, count = SHOWN): Promise<Proof> {
    const pictures = await proofPictures(platform, input.recipe.image, count);
    return new Proof(input, pictures, await answersOf(input, pictures), platform);
  }

  /** How a file's rounding changes the answers; measured when first asked for. */
  async rounding(model: ModelFile): Promise<Rounding | null> {
    return model.precision === 'float32' ? null : (await this.#measured(model)).rounding;
  }

  /** The pictures that travel, with Mien's answers. */
  shown(): ShownPictures {
    const { size } = this.input.recipe.image;
    return {
      pictures: this.pictures.map(({ name, rgb }) => ({ name, png: encodePng(rgb, size) })),
      probabilities: rows(this.answers.probabilities),
      tolerance: TOLERANCE,
    };
  }

  /** The files of `proof/` for some model files. */
  async files(models: readonly ModelFile[]): Promise<ExportedFile[]> {
    const { recipe, labels } = this.input;
    const { pictures, probabilities } = this.shown();
    const sheet = {
      labels,
      size: recipe.image.size,
      pictures: pictures.map(({ name }) => name),
      probabilities,
      files: await Promise.all(models.map((model) => this.#claimOf(model))),
    };
    const features = models.some(({ takes }) => takes === 'features')
      ? [fileOf('proof/features.json', JSON.stringify(rows(this.answers.features)))]
      : [];
    return [
      ...pictures.map(({ name, png }) => fileOf(`proof/${name}`, png)),
      fileOf('proof/proof.json', `${JSON.stringify(sheet)}\n`),
      ...features,
    ];
  }

  async #claimOf(model: ModelFile): Promise<object> {
    const { path, precision, takes, rounded } = model;
    const claim = { file: path, takes, precision, tolerance: TOLERANCE };
    if (precision === 'float32') return claim;
    const { probabilities, rounding } = await this.#measured(model);
    // Where every value is rounded, a file may come as far from that as rounding comes from the network.
    if (rounded !== undefined) claim.tolerance = Math.max(rounded.tolerance, rounding.largestDifference);
    return { ...claim, probabilities: rows(probabilities.slice(0, this.pictures.length)), rounding };
  }

  #measured({ precision, rounded }: ModelFile): Promise<Measured> {
    const known = this.#rounded.get(rounded ?? precision);
    if (known !== undefined) return known;
    const measuring = this.#measure(rounded?.load ?? (() => load(this.input.network, precision)));
    this.#rounded.set(rounded ?? precision, measuring);
    return measuring;
  }

  async #measure(loading: () => Promise<LoadedNetwork>): Promise<Measured> {
    const { input, platform } = this;
    const pictures = await proofPictures(platform, input.recipe.image, MEASURED);
    // Those that travel are the first of them.
    this.#exact ??= answersOf(input, pictures.slice(this.pictures.length)).then((more) => [
      ...this.answers.probabilities,
      ...more.probabilities,
    ]);
    const exact = await this.#exact;
    const probabilities = await roundedAnswers(await loading(), pictures);
    let same = 0;
    let largestDifference = 0;
    for (const [picture, theirs] of probabilities.entries()) {
      const ours = exact[picture] ?? new Float32Array(0);
      if (likeliestOf(ours, 0, ours.length) === likeliestOf(theirs, 0, theirs.length)) same += 1;
      ours.forEach((value, index) => {
        largestDifference = Math.max(largestDifference, Math.abs(value - theirs[index]!));
      });
    }
    return { probabilities, rounding: { same, of: pictures.length, largestDifference } };
  }
}

/** As text, with as many digits as a float32 has. */
function rows(values: readonly Float32Array[]): number[][] {
  return values.map((row) => Array.from(row, (value) => Number(value.toPrecision(9))));
}

/**
 * Runs the network by the programs that evaluate it; pictures one by one, so that no answer depends on another, and no
 * batch need fit into memory.
 */
async function answersOf(input: ExportInput, pictures: readonly ProofPicture[]): Promise<Answers> {
  const { graph, model, preprocessing, recipe } = input;
  const parameters = new Parameters(model);
  const pooled = graph.nodes.findLast(({ op }) => op.kind === 'globalAveragePool')?.index ?? 0;
  const frozen = { isTrainable: () => false, batchNorm: 'inference' } as const;
  const backbone = compile(graph, 0, pooled, frozen);
  const head = compile(graph, pooled, graph.nodes.length - 1, frozen);
  const answers = { probabilities: [] as Float32Array[], features: [] as Float32Array[] };
  const { size } = recipe.image;
  try {
    for (const { rgb } of pictures) {
      const [features, probabilities] = tf.tidy(() => {
        const picture = tf.tensor(preprocess(rgb, preprocessing), [1, size, size, 3], 'float32');
        const pass = inferencePass(parameters);
        const values = backbone.forward(picture, pass);
        return [values, head.forward(values, pass)] as [tf.Tensor, tf.Tensor];
      });
      answers.features.push(await features.data<'float32'>());
      answers.probabilities.push(await probabilities.data<'float32'>());
      tf.dispose([features, probabilities]);
      await letMessagesIn();
    }
  } finally {
    backbone.dispose();
    head.dispose();
    parameters.dispose();
  }
  return answers;
}

/** What a network says that is loaded as a file holds it; it is given up after that. */
async function roundedAnswers(
  loaded: LoadedNetwork,
  pictures: readonly ProofPicture[],
): Promise<Float32Array[]> {
  try {
    const answers: Float32Array[] = [];
    for (const { rgb } of pictures) {
      answers.push(await loaded.predict(rgb));
      // Between pictures, what is garbage by now can be collected.
      await letMessagesIn();
    }
    return answers;
  } finally {
    loaded.dispose();
  }
}
