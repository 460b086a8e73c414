/**
 * EfficientNet as `timm` names it. The `tf_` weights (timm/tf_efficientnet_b2.aa_in1k) come from TensorFlow and have
 * Keras' padding and epsilon; timm's own (timm/efficientnet_b2.ra_in1k) have PyTorch's. Their tensors are named alike:
 * only `config.json` beside the file tells them apart, and without it they are taken for TensorFlow's.
 */
import { meanAndDeviation, torchFlavour } from '../../backbones/backbone.ts';
import type { NameMap, Naming } from './name-map.ts';
import { isCounter, torchSource } from './torch.ts';

const EXPANDED: Readonly<Record<string, string>> = {
  expand_conv: 'conv_pw',
  expand_bn: 'bn1',
  dwconv: 'conv_dw',
  bn: 'bn2',
  se_reduce: 'se.conv_reduce',
  se_expand: 'se.conv_expand',
  project_conv: 'conv_pwl',
  project_bn: 'bn3',
};

/** The first stage expands nothing, and calls its projection `conv_pw`. */
const PLAIN: Readonly<Record<string, string>> = {
  dwconv: 'conv_dw',
  bn: 'bn1',
  se_reduce: 'se.conv_reduce',
  se_expand: 'se.conv_expand',
  project_conv: 'conv_pw',
  project_bn: 'bn2',
};

const ENDS: Readonly<Record<string, string>> = {
  stem_conv: 'conv_stem',
  stem_bn: 'bn1',
  top_conv: 'conv_head',
  top_bn: 'bn2',
};

/** Where timm has a variable of an EfficientNet. */
export const timmEfficientNetSource: NameMap['sourceOf'] = ({ layer, weight }) => {
  const module = ENDS[layer] ?? moduleInBlock(layer);
  return module === null ? null : torchSource(module, weight);
};

export const timmEfficientNet: Naming = {
  name: 'timm-efficientnet',
  label: 'timm (EfficientNet)',
  fit: (names, architecture) => {
    if (!names.has('conv_stem.weight') || !names.has('blocks.0.0.se.conv_reduce.weight')) return null;
    return {
      sourceOf: timmEfficientNetSource,
      ignores: (name) => isCounter(name) || name.startsWith('classifier.'),
      preprocessing: meanAndDeviation,
      flavour: architecture == null || architecture.startsWith('tf_') ? undefined : torchFlavour,
    };
  },
};

/** `blocks.2.1.conv_pw` for `block3b_expand_conv`. */
function moduleInBlock(layer: string): string | null {
  const match = /^block(\d+)([a-z])_(.+)$/u.exec(layer);
  if (match === null) return null;
  const [, stage = '', letter = '', part = ''] = match;
  const module = (stage === '1' ? PLAIN : EXPANDED)[part];
  return module === undefined ? null : `blocks.${Number(stage) - 1}.${letter.charCodeAt(0) - 97}.${module}`;
}
