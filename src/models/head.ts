/**
 * The head: global average pooling, dropout and a dense softmax on top of a backbone, with the layer names that
 * Keras gives them; where a recipe wants them, dense layers with ReLU ahead of the last one, `hidden_1` and so on.
 */
import * as tf from '@tensorflow/tfjs';

export interface HeadOptions {
  readonly classes: number;
  /** Share of the pooled features that is dropped in training, 0 to 1. */
  readonly dropout: number;
  /** How many values each hidden layer gives, in order; none in most heads. */
  readonly hidden: readonly number[];
  readonly seed: number;
}

/** Names of the hidden layers of a head. */
export const hiddenLayers = (hidden: readonly number[]): string[] =>
  hidden.map((_, index) => `hidden_${(index + 1).toString()}`);

/**
 * Puts a head on `backbone` and returns the whole as one model, which takes over the backbone's layers: dispose the
 * whole only. Dense layers start as Keras' do: glorot uniform, bias 0.
 */
export function withHead(backbone: tf.LayersModel, options: HeadOptions): tf.LayersModel {
  const features = backbone.outputs[0]!;
  const pooled = tf.layers.globalAveragePooling2d({ name: 'global_average_pooling2d' }).apply(features);
  const dropped = tf.layers.dropout({ name: 'dropout', rate: options.dropout }).apply(pooled);
  const { classes, hidden, seed } = options;
  const dense = (name: string, units: number, activation: 'relu' | 'softmax', nth: number): tf.layers.Layer =>
    tf.layers.dense({
      ...{ name, units, activation },
      kernelInitializer: tf.initializers.glorotUniform({ seed: seed + nth }),
    });
  const names = hiddenLayers(hidden);
  const last = hidden.reduce(
    (values, units, index) => dense(names[index] ?? '', units, 'relu', index + 1).apply(values),
    dropped,
  );
  const probabilities = dense('dense', classes, 'softmax', 0).apply(last) as tf.SymbolicTensor;
  return tf.model({ inputs: backbone.inputs, outputs: probabilities, name: `${backbone.name}_classifier` });
}
