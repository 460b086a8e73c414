/** MobileNetV2 as `timm` names and trains it (timm/mobilenetv2_100.ra_in1k): PyTorch's padding and epsilon. */
import { meanAndDeviation, torchFlavour } from '../../backbones/backbone.ts';
import type { NameMap, Naming } from './name-map.ts';
import { isCounter, torchSource } from './torch.ts';

/** Blocks of each stage; Keras counts through, they count within a stage. */
const REPEATS = [1, 2, 3, 4, 3, 3, 1];

const EXPANDED: Readonly<Record<string, string>> = {
  expand: 'conv_pw',
  expand_BN: 'bn1',
  depthwise: 'conv_dw',
  depthwise_BN: 'bn2',
  project: 'conv_pwl',
  project_BN: 'bn3',
};

/** The first block expands nothing, and calls its projection `conv_pw`. */
const PLAIN: Readonly<Record<string, string>> = {
  depthwise: 'conv_dw',
  depthwise_BN: 'bn1',
  project: 'conv_pw',
  project_BN: 'bn2',
};

const ENDS: Readonly<Record<string, string>> = {
  Conv1: 'conv_stem',
  bn_Conv1: 'bn1',
  Conv_1: 'conv_head',
  Conv_1_bn: 'bn2',
};

/** Where timm has a variable of a MobileNetV2. */
export const timmMobileNetV2Source: NameMap['sourceOf'] = ({ layer, weight }) => {
  const module = ENDS[layer] ?? moduleInBlock(layer);
  return module === null ? null : torchSource(module, weight);
};

export const timmMobileNetV2: Naming = {
  name: 'timm-mobilenetv2',
  label: 'timm (MobileNetV2)',
  fit: (names) => {
    const hasSqueeze = names.has('blocks.0.0.se.conv_reduce.weight');
    if (!names.has('conv_stem.weight') || !names.has('blocks.6.0.conv_pwl.weight') || hasSqueeze) return null;
    return {
      sourceOf: timmMobileNetV2Source,
      ignores: (name) => isCounter(name) || name.startsWith('classifier.'),
      preprocessing: meanAndDeviation,
      flavour: torchFlavour,
    };
  },
};

/** `blocks.2.1.conv_pw` for `block_4_expand`. */
function moduleInBlock(layer: string): string | null {
  const match = /^(?:expanded_conv|block_(\d+))_(.+)$/u.exec(layer);
  if (match === null) return null;
  const [, number, part = ''] = match;
  const module = (number === undefined ? PLAIN : EXPANDED)[part];
  let block = Number(number ?? 0);
  let stage = 0;
  for (; block >= (REPEATS[stage] ?? Infinity); stage++) block -= REPEATS[stage] ?? 0;
  return module === undefined ? null : `blocks.${stage}.${block}.${module}`;
}
