/**
 * The head: global average pooling, dropout and a dense softmax on top of a backbone, with the layer names that
 * Keras gives them.
 */
import * as tf from '@tensorflow/tfjs';

export interface HeadOptions {
  readonly classes: number;
  /** Share of the pooled features that is dropped in training, 0 to 1. */
  readonly dropout: number;
  readonly seed: number;
}

/**
 * Puts a head on `backbone` and returns the whole as one model, which takes over the backbone's layers: dispose the
 * whole only. The dense layer starts as Keras' does: glorot uniform, bias 0.
 */
export function withHead(backbone: tf.LayersModel, options: HeadOptions): tf.LayersModel {
  const features = backbone.outputs[0]!;
  const pooled = tf.layers.globalAveragePooling2d({ name: 'global_average_pooling2d' }).apply(features);
  const dropped = tf.layers.dropout({ name: 'dropout', rate: options.dropout }).apply(pooled);
  const probabilities = tf.layers
    .dense({
      name: 'dense',
      units: options.classes,
      activation: 'softmax',
      kernelInitializer: tf.initializers.glorotUniform({ seed: options.seed }),
    })
    .apply(dropped) as tf.SymbolicTensor;
  return tf.model({ inputs: backbone.inputs, outputs: probabilities, name: `${backbone.name}_classifier` });
}
