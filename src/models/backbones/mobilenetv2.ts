/**
 * Owns MobileNetV2 without its top, as Keras builds it: inverted residual blocks with linear bottlenecks, 154 layers
 * at every width.
 *
 * @see Sandler et al. 2018, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", arXiv:1801.04381
 * @see keras.applications.MobileNetV2
 */
import * as tf from '@tensorflow/tfjs';
import { numberOption } from '../../protocol/recipe/options.ts';
import {
  batchNormOf,
  scaleToPlusMinusOne,
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

const BATCH_NORM = { epsilon: 1e-3, momentum: 0.999 };

/** Stages of the paper's table 2: expansion, output channels, blocks, stride of the first block. */
const STAGES: readonly (readonly [expansion: number, filters: number, repeats: number, stride: 1 | 2])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

export const mobilenetv2: Backbone = {
  entry: {
    name: 'mobilenetv2',
    label: 'MobileNetV2',
    help: 'Small and fast; made for phones, a good first choice.',
    options: [
      {
        kind: 'number',
        name: 'alpha',
        label: 'Width',
        help: 'Scales the number of channels of every layer; smaller is faster and less exact.',
        default: 1,
        min: 0.1,
        max: 2,
        step: 0.05,
      },
    ],
    weights: ['imagenet', 'starter', 'random'],
    madeFor: { imagenet: { alpha: 1 }, starter: { alpha: 0.35 } },
    unfreeze: 30,
  },
  preprocessing: scaleToPlusMinusOne,
  forms: [1, 0.35, 0.5, 0.75, 1.3, 1.4].map((alpha) => ({ alpha })),
  build,
  keras: { name: 'MobileNetV2', options: ['alpha'] },
  layerNames: /^(Conv1|bn_Conv1|Conv_1|Conv_1_bn|(expanded_conv|block_\d+)_\w+)$/u,
  blocks: (layerNames) =>
    blocksByPrefix(layerNames, [
      ['stem', /^(input_layer|Conv1|bn_Conv1)/u],
      ['expanded_conv', /^expanded_conv_/u],
      [(match) => match[1] ?? '', /^(block_\d+)_/u],
      ['top', /^(Conv_1|out_relu)/u],
    ]),
};

function build({ size, options, seed, flavour }: BackboneOptions): tf.LayersModel {
  const alpha = numberOption(options, 'alpha');
  const initializer = kernelInitializer('glorotUniform', seed ?? null);
  const input = tf.input({ shape: [size, size, 3], name: 'input_layer' });
  const norm = batchNormOf(BATCH_NORM, flavour);
  const isSymmetric = flavour?.padding === 'symmetric';
  // Keras' own padding is what `same` does; any other takes a layer, as in older Keras.
  const padded = isSymmetric ? padForStride2(input, 3, 'Conv1_pad', flavour) : input;
  let x = convolution(padded, makeDivisible(32 * alpha, 8), 'Conv1', initializer, {
    kernelSize: 3,
    strides: 2,
    padding: isSymmetric ? 'valid' : 'same',
  });
  x = relu6(batchNorm(x, norm, 'bn_Conv1'), 'Conv1_relu');
  let block = 0;
  for (const [expansion, filters, repeats, stride] of STAGES) {
    const channels = makeDivisible(Math.trunc(filters * alpha), 8);
    for (let i = 0; i < repeats; i++) {
      x = invertedResidual(x, {
        prefix: block === 0 ? 'expanded_conv_' : `block_${block}_`,
        expansion,
        channels,
        stride: i === 0 ? stride : 1,
        initializer,
        norm,
        flavour,
      });
      block += 1;
    }
  }
  // The paper widens the last convolution with alpha above 1, and never narrows it.
  x = convolution(x, alpha > 1 ? makeDivisible(1280 * alpha, 8) : 1280, 'Conv_1', initializer, {
    padding: 'valid',
  });
  x = relu6(batchNorm(x, norm, 'Conv_1_bn'), 'out_relu');
  return tf.model({ inputs: input, outputs: x, name: `mobilenetv2_${alpha.toFixed(2)}_${size}` });
}

interface BlockSettings {
  readonly prefix: string;
  /** Channels inside the block as a multiple of its input's; 1 leaves the expansion out. */
  readonly expansion: number;
  /** Output channels. */
  readonly channels: number;
  readonly stride: 1 | 2;
  readonly initializer: KernelInitializer;
  readonly norm: BatchNormSettings;
  readonly flavour: Flavour | undefined;
}

/** Expand by 1x1, filter by depthwise 3x3, project by 1x1 without activation; added to the input where shapes allow. */
function invertedResidual(input: Symbolic, settings: BlockSettings): Symbolic {
  const { prefix, expansion, channels, stride, initializer, norm, flavour } = settings;
  const channelsIn = input.shape[3] ?? 0;
  let x = input;
  if (expansion !== 1) {
    x = convolution(x, expansion * channelsIn, `${prefix}expand`, initializer);
    x = relu6(batchNorm(x, norm, `${prefix}expand_BN`), `${prefix}expand_relu`);
  }
  if (stride === 2) x = padForStride2(x, 3, `${prefix}pad`, flavour);
  const depthwise = tf.layers.depthwiseConv2d({
    kernelSize: 3,
    strides: stride,
    padding: stride === 2 ? 'valid' : 'same',
    useBias: false,
    depthwiseInitializer: initializer(`${prefix}depthwise`),
    name: `${prefix}depthwise`,
  });
  x = batchNorm(apply(depthwise, x), norm, `${prefix}depthwise_BN`);
  x = relu6(x, `${prefix}depthwise_relu`);
  x = convolution(x, channels, `${prefix}project`, initializer);
  x = batchNorm(x, norm, `${prefix}project_BN`);
  return channelsIn === channels && stride === 1
    ? apply(tf.layers.add({ name: `${prefix}add` }), [input, x])
    : x;
}

function convolution(
  x: Symbolic,
  filters: number,
  name: string,
  initializer: KernelInitializer,
  settings: { kernelSize?: number; strides?: number; padding?: 'same' | 'valid' } = {},
): Symbolic {
  const layer = tf.layers.conv2d({
    filters,
    kernelSize: 1,
    padding: 'same',
    useBias: false,
    kernelInitializer: initializer(name),
    name,
    ...settings,
  });
  return apply(layer, x);
}

function relu6(x: Symbolic, name: string): Symbolic {
  return apply(tf.layers.reLU({ maxValue: 6, name }), x);
}
