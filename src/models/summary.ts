/** Owns the description of a network: a row a layer, and the text that Keras prints. */
import type * as tf from '@tensorflow/tfjs';
import type { BlockSummary, LayerSummary } from '../protocol/model.ts';
import type { Backbone, KerasLayer } from './backbones/backbone.ts';
import { variablesOf } from './weights/fill-model.ts';

/**
 * One row a layer, in order.
 *
 * @param backbone Gives the layers that Keras has in its graph and ours only stands in for.
 */
export function layerSummaries(model: tf.LayersModel, backbone?: Backbone): LayerSummary[] {
  const sizes = new Map<string, { parameters: number; trainable: number }>();
  for (const { layer, weight, shape } of variablesOf(model)) {
    const size = sizes.get(layer) ?? { parameters: 0, trainable: 0 };
    const count = shape.reduce((product, side) => product * side, 1);
    size.parameters += count;
    if (!weight.startsWith('moving_')) size.trainable += count;
    sizes.set(layer, size);
  }
  return model.layers.map((layer) => {
    const keras: KerasLayer | undefined = backbone?.stoodIn?.[layer.name];
    const shape = outputShape(layer);
    return {
      name: layer.name,
      className: keras?.className ?? layer.getClassName(),
      shape,
      parameters: keras?.parameters ?? sizes.get(layer.name)?.parameters ?? 0,
      trainableParameters: sizes.get(layer.name)?.trainable ?? 0,
      multiplyAdds: keras === undefined ? multiplyAdds(layer, shape) : 0,
    };
  });
}

/** The strip's bars, each with the shape that its last layer gives out. */
export function blockSummaries(model: tf.LayersModel, backbone: Backbone): BlockSummary[] {
  return backbone
    .blocks(model.layers.map(({ name }) => name))
    .map((block) => ({ ...block, shape: outputShape(model.layers[block.to - 1]!) }));
}

/**
 * The text of Keras' `model.summary()`: names, classes, shapes, parameter counts and totals; columns are as wide as
 * they need to be, so that no name is cut.
 *
 * @see keras.Model.summary
 */
export function summaryText(modelName: string, layers: readonly LayerSummary[]): string {
  const rows = layers.map(({ name, className, shape, parameters }) => [
    `${name} (${className})`,
    `(None, ${shape.join(', ')})`,
    parameters.toLocaleString('en-US'),
  ]);
  const table = [['Layer (type)', 'Output Shape', 'Param #'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 2 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  ');
  const total = sum(layers.map(({ parameters }) => parameters));
  const trainable = sum(layers.map(({ trainableParameters }) => trainableParameters));
  return [
    `Model: "${modelName}"`,
    line(table[0]!),
    '-'.repeat(sum(widths) + 4),
    ...table.slice(1).map(line),
    '-'.repeat(sum(widths) + 4),
    `Total params: ${total.toLocaleString('en-US')}`,
    `Trainable params: ${trainable.toLocaleString('en-US')}`,
    `Non-trainable params: ${(total - trainable).toLocaleString('en-US')}`,
  ].join('\n');
}

function outputShape(layer: tf.layers.Layer): number[] {
  return (layer.outputShape as (number | null)[]).slice(1).map((side) => side ?? 0);
}

/** Multiply-adds of one picture in each layer, in order. */
export function layerWork(model: tf.LayersModel): number[] {
  return model.layers.map((layer) => multiplyAdds(layer, outputShape(layer)));
}

/**
 * Multiply-adds of one picture: convolutions and matrices count each product once; BatchNorm counts one a value
 * (it folds into that); everything else counts none.
 */
function multiplyAdds(layer: tf.layers.Layer, shape: readonly number[]): number {
  const outputs = shape.reduce((product, side) => product * side, 1);
  const kernel = layer.weights.find(({ originalName }) => /\/(depthwise_)?kernel$/u.test(originalName));
  if (kernel !== undefined) {
    const [height = 1, width = 1, channelsIn = 1] = kernel.shape.map(Number);
    if (kernel.shape.length === 2) return height * width;
    const isDepthwise = kernel.originalName.endsWith('depthwise_kernel');
    return outputs * height * width * (isDepthwise ? 1 : channelsIn);
  }
  return layer.getClassName() === 'BatchNormalization' ? outputs : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
