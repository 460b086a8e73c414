/**
 * Owns putting a network together that came as files, exported by Mien or saved by another program: its backbone as weights of any format are read, its head beside it. What
 * came is held against the proof that travels with it, so that a value that changed on the way is found.
 */
import * as tf from '@tensorflow/tfjs';
import { findClassifier } from '../../importers/classifier.ts';
import { changed, findExported, type BroughtProof, type Exported } from '../../importers/exported.ts';
import { otherHead, type HeadLayer } from '../../importers/head.ts';
import { newId } from '../../lib/new-id.ts';
import { preprocess, type Flavour, type Preprocessing } from '../../models/backbones/backbone.ts';
import { buildBackbone } from '../../models/backbones/registry.ts';
import { openWeightSetFor } from '../../models/load-weights.ts';
import type { SetFile } from '../../models/weights/files/file-set.ts';
import type { WeightFile } from '../../models/weights/readers/weight-file.ts';
import { Parameters } from '../../models/program/parameters.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DeviceReport } from '../../protocol/device.ts';
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
  /** What must be known of it, in sentences. */
  readonly notes: readonly string[];
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
  const exported = (await findExported(given)) ?? (await findClassifier(given, platform));
  const recipe = asRun(exported.recipe);
  const { model, preprocessing, flavour, notices } = await rebuilt(exported, recipe, platform);
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
      notes: [...exported.notes, ...notices],
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
    simd: [],
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
  /** What is said of its weights. */
  readonly notices: readonly string[];
}

async function rebuilt(exported: Exported, recipe: FullRecipe, platform: Platform): Promise<Rebuilt> {
  const { files, labels } = exported;
  const [{ path: file }] = files;
  const asked: FullBackbone = Object.assign({}, recipe.backbone, { weights: { file } });
  const notices: string[] = [];
  const opened = await openWeightSetFor(
    asked,
    { files, sibling: null, platform },
    { onNotice: ({ message }) => notices.push(message) },
  );
  const flavour = opened.map?.flavour ?? exported.flavour ?? undefined;
  const { backbone, model: base } = buildBackbone(asked, recipe.image.size, flavour);
  let owner = base;
  try {
    const { preprocessing } = await opened.fill(base, backbone, recipe.image.scale);
    owner = joined(base, recipe, labels.length);
    await fillHead(owner, opened.file, exported.head);
    // An export's proof, or what it was trained on, says more of pictures than its numbers do.
    const said = exported.head === null ? [] : notices;
    return { model: owner, preprocessing, flavour: flavour ?? null, notices: said };
  } catch (error) {
    owner.dispose();
    throw error;
  }
}

/**
 * The dense layers: those that were found, else those that are called as Mien calls them, else all in their order.
 *
 * @throws StudioError `model/import-other-head`
 */
async function fillHead(
  model: tf.LayersModel,
  file: WeightFile | null,
  found: readonly HeadLayer[] | null,
): Promise<void> {
  const dense = model.layers.filter((layer) => layer.getClassName() === 'Dense');
  const names = dense.map(({ name }) => name);
  const layers = found ?? denseIn(file, names);
  const shapeOf = (name: string | null | undefined): string =>
    (name == null ? undefined : file?.tensors.get(name)?.shape)?.join() ?? 'none';
  const wanted = dense.map(({ weights }) => weights.map(({ shape }) => shape.join()));
  const isFit =
    layers.length === dense.length &&
    layers.every(({ kernel, bias }, at) => {
      const [matrix, vector] = wanted[at] ?? [];
      return shapeOf(kernel) === matrix && (bias === null || shapeOf(bias) === vector);
    });
  if (file === null || !isFit) {
    const came = layers.map(({ kernel }) => `${kernel} [${shapeOf(kernel)}]`).join(', ');
    throw otherHead(
      `the network’s has matrices of [${wanted.map(([matrix]) => matrix).join('], [')}], the file’s ${came || 'none'}`,
    );
  }
  const values = await file.read(
    layers.flatMap(({ kernel, bias }) => [kernel, ...(bias === null ? [] : [bias])]),
  );
  tf.tidy(() => {
    layers.forEach(({ kernel, bias }, at) => {
      const [matrix, vector] = dense[at]?.weights ?? [];
      matrix?.write(tf.tensor(values.get(kernel) ?? [], [...matrix.shape] as number[]));
      const shifts = bias === null ? undefined : values.get(bias);
      vector?.write(shifts === undefined ? tf.zeros([...vector.shape] as number[]) : tf.tensor1d(shifts));
    });
  });
}

/** The file's matrices with their vectors. */
function denseIn(file: WeightFile | null, names: readonly string[]): readonly HeadLayer[] {
  const matrices = [...(file?.tensors.values() ?? [])].filter(({ shape }) => shape.length === 2);
  const named = names.map((name) => matrices.find((one) => one.name === `${name}/kernel`));
  const isNamed = matrices.length === named.length && named.every((one) => one !== undefined);
  return (isNamed ? named : matrices).map(({ name }) => ({
    kernel: name,
    bias: name.replace(/kernel$/u, 'bias'),
  }));
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
