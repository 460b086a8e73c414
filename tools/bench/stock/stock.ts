/**
 * The same network trained as the tfjs documentation shows it: `compile` and `fit` of a layers model whose lower
 * layers are not trainable. It gets its pictures decoded, preprocessed and not augmented, all in favour of stock.
 */
import * as tf from '@tensorflow/tfjs';
import type { Dataset } from '../../../src/data/dataset.ts';
import { buildNetwork, type Network } from '../../../src/engine/network/network.ts';
import { preprocess } from '../../../src/models/backbones/backbone.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import type { FullRecipe } from '../../../src/protocol/recipe/full-recipe.ts';

interface Tensors {
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
}

/** Seconds of each epoch (steps and validation) of each phase of the recipe. */
export async function stockEpochs(
  recipe: FullRecipe,
  dataset: Dataset,
  platform: Platform,
): Promise<number[][]> {
  const classes = dataset.summary.labels.length;
  const signal = new AbortController().signal;
  const network = await buildNetwork(recipe, classes, platform, { signal, onProgress: () => undefined });
  const train = await tensorsOf(dataset, network, dataset.summary.split.train);
  const validation = await tensorsOf(dataset, network, dataset.summary.split.validation);
  const seconds: number[][] = [];
  for (const phase of recipe.phases) {
    compileFor(network, {
      unfreeze:
        phase.name === 'head' ? 0 : phase.unfreeze === 'all' ? network.backboneLayers : phase.unfreeze,
      learningRate: phase.learningRate,
    });
    seconds.push(await fitEpochs(network.model, train, validation, recipe.batchSize, phase.epochs));
  }
  tf.dispose([train.x, train.y, validation.x, validation.y]);
  network.model.dispose();
  return seconds;
}

interface Trained {
  /** Layers of the backbone that train, from the last. */
  readonly unfreeze: number;
  readonly learningRate: number;
}

/** Makes the head and the last layers of the backbone trainable, as Keras counts them, and compiles. */
export function compileFor(
  { model, backboneLayers }: Pick<Network, 'model' | 'backboneLayers'>,
  { unfreeze, learningRate }: Trained,
): void {
  for (const [index, layer] of model.layers.entries()) layer.trainable = index >= backboneLayers - unfreeze;
  model.compile({
    optimizer: tf.train.adam(learningRate),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
}

async function tensorsOf(dataset: Dataset, network: Network, rows: Uint32Array): Promise<Tensors> {
  const { size } = dataset.pictures;
  const pixels = preprocess(await dataset.pictures.read(rows), network.preprocessing);
  const labels = Float32Array.from(rows, (row) => dataset.summary.labelOfRow[row] ?? 0);
  return {
    x: tf.tensor(pixels, [rows.length, size, size, 3], 'float32'),
    y: tf.tensor2d(labels, [rows.length, 1]),
  };
}

async function fitEpochs(
  model: tf.LayersModel,
  train: Tensors,
  validation: Tensors,
  batchSize: number,
  epochs: number,
): Promise<number[]> {
  const seconds: number[] = [];
  let start = performance.now();
  await model.fit(train.x, train.y, {
    batchSize,
    epochs,
    validationData: [validation.x, validation.y],
    callbacks: {
      onEpochBegin: () => {
        start = performance.now();
      },
      onEpochEnd: () => {
        seconds.push((performance.now() - start) / 1000);
      },
    },
  });
  return seconds;
}
