/**
 * Owns VGG16 and VGG19 without their tops, as Keras builds them: blocks of 3x3 convolutions with ReLU inside the layer,
 * each block ended by a 2x2 maximum. 19 and 22 layers, no BatchNorm.
 *
 * @see Simonyan and Zisserman 2014, arXiv:1409.1556
 * @see keras.applications.VGG16, keras.applications.VGG19
 */
import * as tf from '@tensorflow/tfjs';
import { caffe, type Backbone, type BackboneOptions } from './backbone.ts';
import { apply, blocksByPrefix, kernelInitializer, type Symbolic } from './layers.ts';

const FILTERS = [64, 128, 256, 512, 512];

export const vgg16 = vgg('vgg16', 'VGG16', [2, 2, 3, 3, 3]);
export const vgg19 = vgg('vgg19', 'VGG19', [2, 2, 4, 4, 4]);

function vgg(name: string, label: string, convolutions: readonly number[]): Backbone {
  return {
    entry: {
      name,
      label,
      help: 'Large and plain: no BatchNorm, many multiply-adds; slow without a GPU.',
      options: [],
      weights: ['imagenet', 'random'],
      // As the paper's text has it; 30, as for the others, are more than there are.
      unfreeze: 10,
    },
    preprocessing: caffe,
    build: (options) => build(name, convolutions, options),
    keras: { name: label, options: [] },
    layerNames: /^block\d_conv\d$/u,
    blocks: (layerNames) =>
      blocksByPrefix(layerNames, [
        ['block1', /^input_layer/u],
        [(match) => match[1] ?? '', /^(block\d)_/u],
      ]),
  };
}

function build(
  name: string,
  convolutions: readonly number[],
  { size, seed }: BackboneOptions,
): tf.LayersModel {
  const initializer = kernelInitializer('glorotUniform', seed ?? null);
  const input = tf.input({ shape: [size, size, 3], name: 'input_layer' });
  let x: Symbolic = input;
  for (const [block, count] of convolutions.entries()) {
    for (let i = 1; i <= count; i++) {
      const layerName = `block${block + 1}_conv${i}`;
      const convolution = tf.layers.conv2d({
        filters: FILTERS[block]!,
        kernelSize: 3,
        activation: 'relu',
        padding: 'same',
        kernelInitializer: initializer(layerName),
        name: layerName,
      });
      x = apply(convolution, x);
    }
    x = apply(tf.layers.maxPooling2d({ poolSize: 2, strides: 2, name: `block${block + 1}_pool` }), x);
  }
  return tf.model({ inputs: input, outputs: x, name });
}
