/**
 * Owns putting an exported network together again: its backbone as weights of any format are read, its head beside it. What
 * came is held against the proof that travels with it, so that a value that changed on the way is found.
 */
import * as tf from '@tensorflow/tfjs';
import { changed, findExported, type BroughtProof, type Exported } from '../../importers/exported.ts';
import { newId } from '../../lib/new-id.ts';
import { preprocess, type Flavour, type Preprocessing } from '../../models/backbones/backbone.ts';
import { buildBackbone } from '../../models/backbones/registry.ts';
import { openWeightSetFor } from '../../models/load-weights.ts';
import type { SetFile } from '../../models/weights/files/file-set.ts';
import type { WeightFile } from '../../models/weights/readers/weight-file.ts';
import { Parameters } from '../../models/program/parameters.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DeviceReport } from '../../protocol/device.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { RunResult } from '../../protocol/events.ts';
import type { FullBackbone, FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import { asRun } from '../catalog.ts';
import { arraysOf } from '../checkpoints/checkpoint.ts';
import type { KeptNetwork } from '../kept/kept-network.ts';
import { joined } from './network.ts';

/** A network that came back. */
export interface Brought {
  readonly network: KeptNetwork;
  /** Whether a proof came along, by which it answers as it did when it was exported. */
  readonly isHeld: boolean;
}

/**
 * A network that came as files, ready to be kept like one that was trained here.
 *
 * @throws StudioError `model/…`
 */
export async function broughtBack(
  given: readonly SetFile[],
  platform: Platform,
  device: DeviceReport,
): Promise<Brought> {
  const exported = await findExported(given);
  const recipe = asRun(exported.recipe);
  const { model, preprocessing, flavour } = await rebuilt(exported, recipe, platform);
  try {
    if (exported.proof !== null) await hold(model, preprocessing, exported.proof, platform);
    const parameters = new Parameters(model);
    const weights = await arraysOf(new Map(parameters.names.map((name) => [name, parameters.get(name)])));
    parameters.dispose();
    const result = resultOf(exported, recipe, device);
    const rest = { preprocessing, flavour, weights, frozen: {}, other: null };
    return {
      network: { result, labels: exported.labels, ...rest },
      isHeld: exported.proof !== null,
    };
  } finally {
    model.dispose();
  }
}

/** Nothing was trained or tested here. */
function resultOf(
  { backboneWeights, versions }: Exported,
  recipe: FullRecipe,
  device: DeviceReport,
): RunResult {
  return {
    runId: newId(),
    recipe,
    history: [],
    test: null,
    sureness: null,
    kept: null,
    other: null,
    stopped: false,
    device,
    weights: backboneWeights,
    cachePrecision: 'float32',
    setHash: '',
    cleaning: NOTHING_CLEANED,
    secondsByStage: {},
    versions,
  };
}

const NOTHING_CLEANED: RunResult['cleaning'] = {
  passedOver: [],
  rowsRead: 0,
  withoutPicture: 0,
  withoutLabel: 0,
  oddLabel: 0,
  undecodable: 0,
  kept: 0,
  inPlace: [],
  remarks: [],
};

interface Rebuilt {
  readonly model: tf.LayersModel;
  readonly preprocessing: Preprocessing;
  readonly flavour: Flavour | null;
}

async function rebuilt(exported: Exported, recipe: FullRecipe, platform: Platform): Promise<Rebuilt> {
  const { files, labels } = exported;
  const [{ path: file }] = files;
  const asked: FullBackbone = Object.assign({}, recipe.backbone, { weights: { file } });
  const opened = await openWeightSetFor(asked, { files, sibling: null, platform });
  const flavour = opened.map?.flavour ?? exported.flavour ?? undefined;
  const { backbone, model: base } = buildBackbone(asked, recipe.image.size, flavour);
  let owner = base;
  try {
    const { preprocessing } = await opened.fill(base, backbone, recipe.image.scale);
    owner = joined(base, recipe, labels.length);
    await fillHead(owner, opened.file, labels.length);
    return { model: owner, preprocessing, flavour: flavour ?? null };
  } catch (error) {
    owner.dispose();
    throw error;
  }
}

/** The one dense layer. @throws StudioError `model/import-other-head` */
async function fillHead(model: tf.LayersModel, file: WeightFile | null, classes: number): Promise<void> {
  const dense = model.getLayer('dense');
  const [kernel, bias] = dense.weights;
  const features = Number(kernel?.shape[0]);
  const matrices = [...(file?.tensors.values() ?? [])].filter(({ shape }) => shape.length === 2);
  const [matrix] = matrices;
  const vector = file?.tensors.get(matrix?.name.replace(/kernel$/u, 'bias') ?? '');
  const fits =
    matrix?.shape.join() === [features, classes].join() && vector?.shape.join() === String(classes);
  if (file === null || matrix === undefined || vector === undefined || matrices.length > 1 || !fits) {
    const came = matrices.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
    throw new StudioError({
      code: 'model/import-other-head',
      message: `A head of one dense layer was expected, [${features}, ${classes}] for ${classes} labels; there is ${came || 'none'}.`,
      hint: 'Begin with its weights under Model: that takes the backbone, with a new head.',
    });
  }
  const values = await file.read([matrix.name, vector.name]);
  tf.tidy(() => {
    kernel?.write(tf.tensor(values.get(matrix.name) ?? [], [features, classes]));
    bias?.write(tf.tensor(values.get(vector.name) ?? [], [classes]));
  });
}

/** The most that an answer may differ from what the network answered before it was written. */
const TOLERANCE = 1e-3;

/** @throws StudioError `model/import-changed` */
async function hold(
  model: tf.LayersModel,
  preprocessing: Preprocessing,
  { pictures, probabilities }: BroughtProof,
  platform: Platform,
): Promise<void> {
  const size = Number(model.inputs[0]?.shape[1]);
  let difference = 0;
  for (const [index, encoded] of pictures.entries()) {
    const { width, height, channels, data } = await platform.decodePicture(encoded);
    if (width !== size || height !== size)
      throw changed(`a picture of the proof has ${width} by ${height} pixels`);
    const rgb = channels === 3 ? data : data.filter((_, at) => at % channels !== 3);
    const output = tf.tidy(
      () => model.predict(tf.tensor(preprocess(rgb, preprocessing), [1, size, size, 3])) as tf.Tensor,
    );
    const answer = await output.data<'float32'>();
    output.dispose();
    const expected = probabilities[index] ?? [];
    answer.forEach((value, at) => {
      const each = Math.abs(value - (expected[at] ?? NaN));
      difference = Number.isNaN(each) ? Infinity : Math.max(difference, each);
    });
  }
  if (!(difference <= TOLERANCE))
    throw changed(`its answers to the pictures of its proof differ by ${difference.toPrecision(2)}`);
}
