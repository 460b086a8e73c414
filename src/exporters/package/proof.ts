/**
 * Owns the proof that travels with every export: sixteen pictures, the probabilities that Mien computed for them, and
 * how near each file must come. For rounded weights Mien also measures, on more pictures of the same kinds, how often
 * the answer stays the same.
 */
import * as tf from '@tensorflow/tfjs';
import { preprocess } from '../../models/backbones/backbone.ts';
import { Parameters } from '../../models/program/parameters.ts';
import { compile } from '../../models/program/program.ts';
import type { Platform } from '../../platform/platform.ts';
import { inferencePass } from '../../training/pass.ts';
import { fileOf, type ExportedFile, type ExportInput, type ModelFile } from '../exporter.ts';
import { channelAxis, fitsHalf, toBytes, type Precision } from '../network/precision.ts';
import { fromHalves, toHalves } from '../../lib/float16.ts';
import { encodePng, proofPictures, type ProofPicture } from './pictures.ts';

/** How many pictures travel. */
const SHOWN = 16;

/** How many say how often rounding changes the answer. */
const MEASURED = 64;

/** The most that a probability of a file may differ from Mien's. */
const TOLERANCE = {
  float32: 1e-4,
  float16: 1e-2,
  // Against what Mien computes from the same bytes.
  int8: 2e-3,
} as const satisfies Record<Precision, number>;

/** Two probabilities nearer than this may change places when weights are rounded to halves. */
const CLOSE = 2e-2;

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

/** The pictures and what Mien computes for them; made once for all formats. */
export class Proof {
  readonly #rounded = new Map<Precision, Promise<{ answers: Answers; rounding: Rounding }>>();

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

  /** How a precision changes the answers; measured when first asked for. */
  async rounding(precision: Precision): Promise<Rounding | null> {
    return precision === 'float32' ? null : (await this.#measured(precision)).rounding;
  }

  /** The files of `proof/` for some model files. */
  async files(models: readonly ModelFile[]): Promise<ExportedFile[]> {
    const { recipe, labels } = this.input;
    const { size } = recipe.image;
    const sheet = {
      labels,
      size,
      pictures: this.pictures.map(({ name }) => name),
      probabilities: rows(this.answers.probabilities),
      files: await Promise.all(models.map((model) => this.#claimOf(model))),
    };
    const features = models.some(({ takes }) => takes === 'features')
      ? [fileOf('proof/features.json', JSON.stringify(rows(this.answers.features)))]
      : [];
    return [
      ...this.pictures.map(({ name, rgb }) => fileOf(`proof/${name}`, encodePng(rgb, size))),
      fileOf('proof/proof.json', `${JSON.stringify(sheet, null, 1)}\n`),
      ...features,
    ];
  }

  async #claimOf({ path, precision, takes }: ModelFile): Promise<object> {
    const claim = { file: path, takes, precision, tolerance: TOLERANCE[precision] };
    switch (precision) {
      case 'float32':
        return { ...claim, close: 0 };
      case 'float16':
        return { ...claim, close: CLOSE, rounding: await this.rounding(precision) };
      case 'int8': {
        const { answers, rounding } = await this.#measured(precision);
        const probabilities = rows(answers.probabilities.slice(0, this.pictures.length));
        return { ...claim, close: 2 * TOLERANCE.int8, probabilities, rounding };
      }
    }
  }

  #measured(precision: Precision): Promise<{ answers: Answers; rounding: Rounding }> {
    const known = this.#rounded.get(precision);
    if (known !== undefined) return known;
    const measuring = this.#measure(precision);
    this.#rounded.set(precision, measuring);
    return measuring;
  }

  async #measure(precision: Precision): Promise<{ answers: Answers; rounding: Rounding }> {
    const { input, platform } = this;
    const pictures = await proofPictures(platform, input.recipe.image, MEASURED);
    const [exact, answers] = [await answersOf(input, pictures), await answersOf(input, pictures, precision)];
    let same = 0;
    let largestDifference = 0;
    for (const [picture, ours] of exact.probabilities.entries()) {
      const theirs = answers.probabilities[picture] ?? new Float32Array(0);
      if (largestOf(ours) === largestOf(theirs)) same += 1;
      ours.forEach((value, index) => {
        largestDifference = Math.max(largestDifference, Math.abs(value - theirs[index]!));
      });
    }
    return { answers, rounding: { same, of: pictures.length, largestDifference } };
  }
}

/** The place of the largest value. */
function largestOf(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
}

/** As text, with as many digits as a float32 has. */
function rows(values: readonly Float32Array[]): number[][] {
  return values.map((row) => Array.from(row, (value) => Number(value.toPrecision(9))));
}

/** Runs the network as evaluation does, its kernels rounded where a precision is given. */
async function answersOf(
  input: ExportInput,
  pictures: readonly ProofPicture[],
  precision: Precision = 'float32',
): Promise<Answers> {
  const { graph, model, preprocessing, recipe } = input;
  const parameters = new Parameters(model);
  if (precision !== 'float32') await roundKernels(parameters, precision);
  const pooled = graph.nodes.findLast(({ op }) => op.kind === 'globalAveragePool')?.index ?? 0;
  const frozen = { isTrainable: () => false, batchNorm: 'inference' } as const;
  const backbone = compile(graph, 0, pooled, frozen);
  const head = compile(graph, pooled, graph.nodes.length - 1, frozen);
  const answers: { probabilities: Float32Array[]; features: Float32Array[] } = {
    probabilities: [],
    features: [],
  };
  const { size } = recipe.image;
  try {
    // One by one: what a picture is answered depends on no other, and no batch need fit into memory.
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
    }
  } finally {
    backbone.dispose();
    head.dispose();
    parameters.dispose();
  }
  return answers;
}

/**
 * Rounds every kernel as the files do. They fold BatchNorms first, which rounds no differently: folding multiplies each
 * output channel by one number, and each has its own scale.
 */
async function roundKernels(parameters: Parameters, precision: 'float16' | 'int8'): Promise<void> {
  for (const name of parameters.names) {
    const weight = parameters.get(name);
    if (weight.rank < 2) continue;
    const values = await weight.data<'float32'>();
    const kind = name.endsWith('depthwise_kernel') ? 'depthwise' : 'conv';
    const rounded =
      precision === 'float16' ? halved(values) : asBytes(values, weight.shape, channelAxis(kind, weight.rank));
    parameters.set(name, tf.tensor(rounded, weight.shape, 'float32'));
  }
}

function halved(values: Float32Array): Float32Array {
  if (!fitsHalf(values)) return values;
  const rounded = new Float32Array(values.length);
  fromHalves(toHalves(values), rounded, 0);
  return rounded;
}

function asBytes(values: Float32Array, shape: readonly number[], axis: number): Float32Array {
  const { values: bytes, scales } = toBytes(values, shape, axis);
  const inner = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  return Float32Array.from(
    bytes,
    (byte, index) => byte * scales[Math.floor(index / inner) % scales.length]!,
  );
}
