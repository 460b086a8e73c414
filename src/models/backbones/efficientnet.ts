/**
 * Owns EfficientNet without its top, as Keras builds it: inverted residual blocks with squeeze-and-excitation, scaled
 * in width and depth together. One line a size at the end.
 *
 * Keras puts Rescaling and Normalization into the graph. tfjs has no Normalization layer, so that work is in
 * `preprocessing`, and inert layers of Keras' names stand in for them: layers count as they do in Keras.
 *
 * @see Tan and Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", arXiv:1905.11946
 * @see keras.applications.EfficientNetB2
 */
import * as tf from '@tensorflow/tfjs';
import { numberOption } from '../../protocol/recipe/options.ts';
import {
  batchNormOf,
  meanAndDeviation,
  type Backbone,
  type BackboneOptions,
  type Flavour,
} from './backbone.ts';
import {
  apply,
  batchNorm,
  blocksByPrefix,
  kernelInitializer,
  makeDivisible,
  padForStride2,
  type BatchNormSettings,
  type KernelInitializer,
  type Symbolic,
} from './layers.ts';

const BATCH_NORM = { epsilon: 1e-3, momentum: 0.99 };

/** Channels of the squeeze, as a part of the block's input channels. */
const SQUEEZE_RATIO = 0.25;

/** Stages of EfficientNet-B0: kernel, blocks, channels in and out, expansion, stride of the first block. */
const STAGES: readonly (readonly [
  kernelSize: number,
  repeats: number,
  filtersIn: number,
  filtersOut: number,
  expansion: number,
  stride: 1 | 2,
])[] = [
  [3, 1, 32, 16, 1, 1],
  [3, 2, 16, 24, 6, 2],
  [5, 2, 24, 40, 6, 2],
  [3, 3, 40, 80, 6, 2],
  [5, 3, 80, 112, 6, 1],
  [5, 4, 112, 192, 6, 2],
  [3, 1, 192, 320, 6, 1],
];

interface Scaling {
  readonly width: number;
  readonly depth: number;
}

function efficientnet(name: string, label: string, scaling: Scaling): Backbone {
  return {
    entry: {
      name,
      label,
      help: 'Accurate for its size; deeper, with attention to channels, so slower to train.',
      options: [
        {
          kind: 'number',
          name: 'dropConnect',
          label: 'Drop-connect',
          help: 'Chance that a step leaves the last block out for a picture; earlier blocks less often. Above 0 little of the network can be kept between epochs.',
          // Keras' own is 0.2, which `training=False` switches off, as was meant, and "fit" switches on again.
          default: 0,
          defaultOnBatch: 0.2,
          min: 0,
          max: 0.9,
          step: 0.05,
        },
      ],
      weights: ['imagenet', 'random'],
      unfreeze: 30,
    },
    preprocessing: meanAndDeviation,
    build: (options) => build(name, scaling, options),
    stoodIn: {
      rescaling: { className: 'Rescaling', parameters: 0 },
      // Keras' Normalization keeps mean and variance of three channels, and a count.
      normalization: { className: 'Normalization', parameters: 7 },
      rescaling_1: { className: 'Rescaling', parameters: 0 },
    },
    keras: { name: label, options: [] },
    layerNames: /^(stem_(conv|bn)|block\d+[a-z]_\w+|top_(conv|bn))$/u,
    blocks: (layerNames) =>
      blocksByPrefix(layerNames, [
        ['stem', /^(input_layer|rescaling|normalization|stem_)/u],
        [(match) => match[1] ?? '', /^(block\d+[a-z])_/u],
        ['top', /^top_/u],
      ]),
  };
}

function build(
  name: string,
  scaling: Scaling,
  { size, seed, imagenet, flavour, options }: BackboneOptions,
): tf.LayersModel {
  const initializer = kernelInitializer('fanOutNormal', seed ?? null);
  const input = tf.input({ shape: [size, size, 3], name: 'input_layer' });
  let x: Symbolic = input;
  for (const standIn of ['rescaling', 'normalization', ...(imagenet === true ? ['rescaling_1'] : [])]) {
    x = activation(x, 'linear', standIn);
  }
  const shared = {
    initializer,
    norm: batchNormOf(BATCH_NORM, flavour),
    flavour,
    dropConnect: numberOption(options, 'dropConnect'),
  };
  x = padForStride2(x, 3, 'stem_conv_pad', flavour);
  x = convolution(x, filters(32, scaling), 'stem_conv', initializer, {
    kernelSize: 3,
    strides: 2,
    padding: 'valid',
  });
  x = activation(batchNorm(x, shared.norm, 'stem_bn'), 'swish', 'stem_activation');
  x = stages(x, scaling, shared);
  x = convolution(x, filters(1280, scaling), 'top_conv', initializer);
  x = activation(batchNorm(x, shared.norm, 'top_bn'), 'swish', 'top_activation');
  return tf.model({ inputs: input, outputs: x, name });
}

/** What all blocks of a network have in common. */
interface SharedSettings {
  readonly initializer: KernelInitializer;
  readonly norm: BatchNormSettings;
  readonly flavour: Flavour | undefined;
  /** Chance that the last block is left out for a picture, in training; it grows from 0 with depth. */
  readonly dropConnect: number;
}

function stages(input: Symbolic, scaling: Scaling, shared: SharedSettings): Symbolic {
  const repeatsOf = (repeats: number): number => Math.ceil(scaling.depth * repeats);
  const blocks = STAGES.reduce((sum, [, repeats]) => sum + repeatsOf(repeats), 0);
  let x = input;
  let block = 0;
  for (const [i, [kernelSize, repeats, filtersIn, filtersOut, expansion, stride]] of STAGES.entries()) {
    for (let j = 0; j < repeatsOf(repeats); j++) {
      x = mbConv(x, {
        prefix: `block${i + 1}${String.fromCharCode(97 + j)}_`,
        kernelSize,
        filtersIn: filters(j === 0 ? filtersIn : filtersOut, scaling),
        filtersOut: filters(filtersOut, scaling),
        expansion,
        stride: j === 0 ? stride : 1,
        isFirst: block === 0,
        dropRate: (shared.dropConnect * block) / blocks,
        ...shared,
      });
      block += 1;
    }
  }
  return x;
}

interface BlockSettings extends SharedSettings {
  readonly prefix: string;
  readonly kernelSize: number;
  readonly filtersIn: number;
  readonly filtersOut: number;
  readonly expansion: number;
  readonly stride: 1 | 2;
  /** The first block of all, which is never left out. */
  readonly isFirst: boolean;
  /** Chance that the block is left out for a picture, in training. */
  readonly dropRate: number;
}

/** Expand, filter by depthwise, weigh the channels, project; added to the input where shapes allow. */
function mbConv(input: Symbolic, settings: BlockSettings): Symbolic {
  const { prefix, kernelSize, filtersIn, filtersOut, expansion, stride } = settings;
  const { initializer, norm, flavour } = settings;
  const inner = filtersIn * expansion;
  let x = input;
  if (expansion !== 1) {
    x = convolution(x, inner, `${prefix}expand_conv`, initializer);
    x = activation(batchNorm(x, norm, `${prefix}expand_bn`), 'swish', `${prefix}expand_activation`);
  }
  if (stride === 2) x = padForStride2(x, kernelSize, `${prefix}dwconv_pad`, flavour);
  const depthwise = tf.layers.depthwiseConv2d({
    kernelSize,
    strides: stride,
    padding: stride === 2 ? 'valid' : 'same',
    useBias: false,
    depthwiseInitializer: initializer(`${prefix}dwconv`),
    name: `${prefix}dwconv`,
  });
  x = batchNorm(apply(depthwise, x), norm, `${prefix}bn`);
  x = activation(x, 'swish', `${prefix}activation`);
  x = squeezeAndExcite(x, inner, Math.max(1, Math.trunc(filtersIn * SQUEEZE_RATIO)), prefix, initializer);
  x = convolution(x, filtersOut, `${prefix}project_conv`, initializer);
  x = batchNorm(x, norm, `${prefix}project_bn`);
  if (stride !== 1 || filtersIn !== filtersOut) return x;
  if (!settings.isFirst) x = dropConnect(x, settings);
  return apply(tf.layers.add({ name: `${prefix}add` }), [x, input]);
}

/** Drops the block for whole pictures. At rate 0 it does nothing, and still counts as one of Keras' layers. */
function dropConnect(x: Symbolic, { prefix, dropRate }: BlockSettings): Symbolic {
  // One draw a picture; tfjs' types leave out that a side may be null, its code does not.
  const noiseShape = [null, 1, 1, 1] as number[];
  return apply(tf.layers.dropout({ rate: dropRate, noiseShape, name: `${prefix}drop` }), x);
}

/** Weighs each channel by a small network's view of the channels' means. */
function squeezeAndExcite(
  x: Symbolic,
  channels: number,
  squeezed: number,
  prefix: string,
  initializer: KernelInitializer,
): Symbolic {
  let weights = apply(tf.layers.globalAveragePooling2d({ name: `${prefix}se_squeeze` }), x);
  weights = apply(tf.layers.reshape({ targetShape: [1, 1, channels], name: `${prefix}se_reshape` }), weights);
  weights = convolution(weights, squeezed, `${prefix}se_reduce`, initializer, {
    useBias: true,
    activation: 'swish',
  });
  weights = convolution(weights, channels, `${prefix}se_expand`, initializer, {
    useBias: true,
    activation: 'sigmoid',
  });
  return apply(tf.layers.multiply({ name: `${prefix}se_excite` }), [x, weights]);
}

interface ConvolutionSettings {
  readonly kernelSize?: number;
  readonly strides?: number;
  readonly padding?: 'same' | 'valid';
  readonly useBias?: boolean;
  readonly activation?: 'swish' | 'sigmoid';
}

function convolution(
  x: Symbolic,
  filterCount: number,
  name: string,
  initializer: KernelInitializer,
  settings: ConvolutionSettings = {},
): Symbolic {
  const layer = tf.layers.conv2d({
    filters: filterCount,
    kernelSize: 1,
    padding: 'same',
    useBias: false,
    kernelInitializer: initializer(name),
    name,
    ...settings,
  });
  return apply(layer, x);
}

function activation(x: Symbolic, kind: 'swish' | 'linear', name: string): Symbolic {
  return apply(tf.layers.activation({ activation: kind, name }), x);
}

/** @see keras.applications.efficientnet, round_filters */
function filters(count: number, { width }: Scaling): number {
  return makeDivisible(count * width, 8);
}

export const efficientnetb0 = efficientnet('efficientnetb0', 'EfficientNetB0', { width: 1, depth: 1 });
export const efficientnetb1 = efficientnet('efficientnetb1', 'EfficientNetB1', { width: 1, depth: 1.1 });
export const efficientnetb2 = efficientnet('efficientnetb2', 'EfficientNetB2', { width: 1.1, depth: 1.2 });
export const efficientnetb3 = efficientnet('efficientnetb3', 'EfficientNetB3', { width: 1.2, depth: 1.4 });
export const efficientnetb4 = efficientnet('efficientnetb4', 'EfficientNetB4', { width: 1.4, depth: 1.8 });
export const efficientnetb5 = efficientnet('efficientnetb5', 'EfficientNetB5', { width: 1.6, depth: 2.2 });
export const efficientnetb6 = efficientnet('efficientnetb6', 'EfficientNetB6', { width: 1.8, depth: 2.6 });
export const efficientnetb7 = efficientnet('efficientnetb7', 'EfficientNetB7', { width: 2, depth: 3.1 });
