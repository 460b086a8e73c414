/**
 * EfficientNet as `timm` names it. The `tf_` weights (timm/tf_efficientnet_b2.aa_in1k) come from TensorFlow and have
 * Keras' padding and epsilon; timm's own (timm/efficientnet_b2.ra_in1k) have PyTorch's. Their tensors are named alike:
 * only `config.json` beside the file tells them apart, and without it they are taken for TensorFlow's.
 */
import { torchFlavour } from '../../backbones/backbone.ts';
import { efficientNetBlock, torchNaming, type ModuleOf } from './torch.ts';

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

/** Where timm has a layer of an EfficientNet. */
export const timmEfficientNetModule: ModuleOf = (layer) => ENDS[layer] ?? moduleInBlock(layer);

export const timmEfficientNet = torchNaming({
  name: 'timm-efficientnet',
  label: 'timm (EfficientNet)',
  mark: 'conv_stem.weight',
  parts: ['conv_stem', 'bn1', 'blocks', 'conv_head', 'bn2'],
  fit: (names, architecture) => {
    if (!names.has('blocks.0.0.se.conv_reduce.weight')) return null;
    return {
      moduleOf: timmEfficientNetModule,
      flavour: architecture === null || architecture.startsWith('tf_') ? undefined : torchFlavour,
    };
  },
});

/** `blocks.2.1.conv_pw` for `block3b_expand_conv`. */
function moduleInBlock(layer: string): string | null {
  const place = efficientNetBlock(layer);
  const module = place === null ? undefined : (place.stage === 0 ? PLAIN : EXPANDED)[place.part];
  return place === null || module === undefined ? null : `blocks.${place.stage}.${place.block}.${module}`;
}
