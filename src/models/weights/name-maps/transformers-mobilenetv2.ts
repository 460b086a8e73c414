/**
 * MobileNetV2 as `transformers` names it (google/mobilenet_v2_1.0_224): TensorFlow's own weights and padding, so the
 * network's own preprocessing.
 */
import type { NameMap, Naming } from './name-map.ts';
import { isCounter, torchSource } from './torch.ts';

/** Keras' word for a part of a block, and theirs. */
const PARTS: Readonly<Record<string, string>> = {
  expand: 'expand_1x1',
  depthwise: 'conv_3x3',
  project: 'reduce_1x1',
};

/**
 * Where transformers has a variable of a MobileNetV2.
 *
 * @param prefix Of the backbone's modules: with a classifier `mobilenet_v2.`, else nothing.
 */
export function transformersMobileNetV2Source(prefix: string): NameMap['sourceOf'] {
  return ({ layer, weight }) => {
    const unit = unitOf(layer);
    if (unit === null) return null;
    const half = weight.endsWith('kernel') ? 'convolution' : 'normalization';
    return torchSource(`${prefix}${unit}.${half}`, weight);
  };
}

export const transformersMobileNetV2: Naming = {
  name: 'transformers-mobilenetv2',
  label: 'transformers (MobileNetV2)',
  fit: (names) => {
    // The bare network has no prefix; the one with a classifier has.
    const prefix = ['mobilenet_v2.', ''].find((start) =>
      names.has(`${start}conv_stem.first_conv.convolution.weight`),
    );
    if (prefix === undefined) return null;
    return {
      sourceOf: transformersMobileNetV2Source(prefix),
      ignores: (name) => isCounter(name) || name.startsWith('classifier.'),
      preprocessing: null,
    };
  },
};

/** Their unit of convolution, BatchNorm and activation that one of Keras' layers is in. */
function unitOf(layer: string): string | null {
  if (layer === 'Conv1' || layer === 'bn_Conv1') return 'conv_stem.first_conv';
  if (layer === 'Conv_1' || layer === 'Conv_1_bn') return 'conv_1x1';
  const block = /^(?:expanded_conv|block_(\d+))_(expand|depthwise|project)(?:_BN)?$/u.exec(layer);
  const part = PARTS[block?.[2] ?? ''];
  if (block === null || part === undefined) return null;
  // Keras counts from the block that they count as part of the stem.
  return block[1] === undefined ? `conv_stem.${part}` : `layer.${Number(block[1]) - 1}.${part}`;
}
