/**
 * MobileNetV2 and EfficientNet as `transformers` names them (google/mobilenet_v2_1.0_224, google/efficientnet-b0):
 * TensorFlow's own weights, padding and epsilon.
 */
import { efficientNetBlock, mobileNetBlock, torchNaming, type ModuleOf } from './torch.ts';

/** Keras' word for a part of a MobileNetV2 block, and theirs. */
const MOBILE_PARTS: Readonly<Record<string, string>> = {
  expand: 'expand_1x1',
  depthwise: 'conv_3x3',
  project: 'reduce_1x1',
};

/** Where transformers has a layer of a MobileNetV2. */
export const transformersMobileNetV2Module: ModuleOf = (layer, weight) => {
  const unit = unitOf(layer);
  return unit && `${unit}.${weight.endsWith('kernel') ? 'convolution' : 'normalization'}`;
};

export const transformersMobileNetV2 = torchNaming({
  name: 'transformers-mobilenetv2',
  label: 'transformers (MobileNetV2)',
  mark: 'conv_stem.first_conv.convolution.weight',
  parts: ['conv_stem', 'layer', 'conv_1x1'],
  fit: () => ({ moduleOf: transformersMobileNetV2Module, preprocessing: null }),
});

/** Their unit of convolution, BatchNorm and activation that one of Keras' layers is in. */
function unitOf(layer: string): string | null {
  if (layer === 'Conv1' || layer === 'bn_Conv1') return 'conv_stem.first_conv';
  if (layer === 'Conv_1' || layer === 'Conv_1_bn') return 'conv_1x1';
  const place = mobileNetBlock(layer);
  const part = MOBILE_PARTS[place?.part.replace(/_BN$/u, '') ?? ''];
  if (place === null || part === undefined) return null;
  // Keras counts from the block that they count as part of the stem.
  return place.block === 0 ? `conv_stem.${part}` : `layer.${place.block - 1}.${part}`;
}

const EFFICIENT_ENDS: Readonly<Record<string, string>> = {
  stem_conv: 'embeddings.convolution',
  stem_bn: 'embeddings.batchnorm',
  top_conv: 'encoder.top_conv',
  top_bn: 'encoder.top_bn',
};

const EFFICIENT_PARTS: Readonly<Record<string, string>> = {
  expand_conv: 'expansion.expand_conv',
  expand_bn: 'expansion.expand_bn',
  dwconv: 'depthwise_conv.depthwise_conv',
  bn: 'depthwise_conv.depthwise_norm',
  se_reduce: 'squeeze_excite.reduce',
  se_expand: 'squeeze_excite.expand',
  project_conv: 'projection.project_conv',
  project_bn: 'projection.project_bn',
};

/** Blocks of each stage of EfficientNet-B0, and how deep the others are. */
const REPEATS = [1, 2, 2, 3, 3, 4, 1];
const DEPTHS = [1, 1.1, 1.2, 1.4, 1.8, 2.2, 2.6, 3.1];

/**
 * Where transformers has a layer of an EfficientNet.
 *
 * @param blocks how many the network has: they count them through, so that this tells how many a stage has
 * @returns null where no EfficientNet has so many
 */
export function transformersEfficientNetModule(blocks: number): ModuleOf | null {
  const repeats = DEPTHS.map((depth) => REPEATS.map((count) => Math.ceil(depth * count))).find(
    (counts) => counts.reduce((sum, count) => sum + count, 0) === blocks,
  );
  if (repeats === undefined) return null;
  return (layer) => {
    const place = efficientNetBlock(layer);
    if (place === null) return EFFICIENT_ENDS[layer] ?? null;
    const { stage, block, part } = place;
    const module = EFFICIENT_PARTS[part];
    const before = repeats.slice(0, stage).reduce((sum, count) => sum + count, 0);
    // A block that the stage does not have would be the next stage's.
    const isThere = block < (repeats[stage] ?? 0);
    return module === undefined || !isThere ? null : `encoder.blocks.${before + block}.${module}`;
  };
}

export const transformersEfficientNet = torchNaming({
  name: 'transformers-efficientnet',
  label: 'transformers (EfficientNet)',
  mark: 'embeddings.convolution.weight',
  parts: ['embeddings', 'encoder'],
  fit: (names) => {
    const blocks = new Set([...names].map((name) => /^encoder\.blocks\.(\d+)\./u.exec(name)?.[1]));
    blocks.delete(undefined);
    const moduleOf = names.has('embeddings.batchnorm.weight')
      ? transformersEfficientNetModule(blocks.size)
      : null;
    return moduleOf && { moduleOf };
  },
});
