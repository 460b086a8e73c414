/**
 * EfficientNet as `transformers` names it (google/efficientnet-b0): Keras' own weights, and its padding. Blocks are
 * counted through, where Keras counts within a stage.
 */
import type { NameMap, Naming } from './name-map.ts';
import { isCounter, torchSource } from './torch.ts';

/** Blocks of each stage of EfficientNet-B0, and by how much the larger ones have more. */
const REPEATS = [1, 2, 2, 3, 3, 4, 1];
const DEPTHS = [1, 1.1, 1.4, 1.8, 2.2, 2.6, 3.1];

const PARTS: Readonly<Record<string, string>> = {
  expand_conv: 'expansion.expand_conv',
  expand_bn: 'expansion.expand_bn',
  dwconv: 'depthwise_conv.depthwise_conv',
  bn: 'depthwise_conv.depthwise_norm',
  se_reduce: 'squeeze_excite.reduce',
  se_expand: 'squeeze_excite.expand',
  project_conv: 'projection.project_conv',
  project_bn: 'projection.project_bn',
};

const ENDS: Readonly<Record<string, string>> = {
  stem_conv: 'embeddings.convolution',
  stem_bn: 'embeddings.batchnorm',
  top_conv: 'encoder.top_conv',
  top_bn: 'encoder.top_bn',
};

/**
 * Where transformers has a variable of an EfficientNet.
 *
 * @param prefix Of the backbone's modules: with a classifier `efficientnet.`, else nothing.
 * @param blocks How many the network has.
 */
export function transformersEfficientNetSource(prefix: string, blocks: number): NameMap['sourceOf'] {
  const repeats = DEPTHS.map((depth) => REPEATS.map((count) => Math.ceil(depth * count))).find(
    (counts) => sum(counts) === blocks,
  );
  return ({ layer, weight }) => {
    const end = ENDS[layer];
    if (end !== undefined) return torchSource(prefix + end, weight);
    const [, stage = '', letter = '', part = ''] = /^block(\d+)([a-z])_(.+)$/u.exec(layer) ?? [];
    const module = PARTS[part];
    if (repeats === undefined || module === undefined) return null;
    const block = sum(repeats.slice(0, Number(stage) - 1)) + letter.charCodeAt(0) - 97;
    return torchSource(`${prefix}encoder.blocks.${block}.${module}`, weight);
  };
}

export const transformersEfficientNet: Naming = {
  name: 'transformers-efficientnet',
  label: 'transformers (EfficientNet)',
  fit: (names) => {
    // The bare network has no prefix; the one with a classifier has.
    const prefix = ['efficientnet.', ''].find((start) => names.has(`${start}embeddings.convolution.weight`));
    if (prefix === undefined) return null;
    const blocks = [...names].filter((name) => name.endsWith('.projection.project_conv.weight')).length;
    return {
      sourceOf: transformersEfficientNetSource(prefix, blocks),
      ignores: (name) => isCounter(name) || name.startsWith('classifier.'),
      preprocessing: null,
    };
  },
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
