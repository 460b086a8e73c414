/** MobileNetV2 as `timm` names and trains it (timm/mobilenetv2_100.ra_in1k): PyTorch's padding and epsilon. */
import { torchFlavour } from '../../backbones/backbone.ts';
import { mobileNetBlock, torchNaming, type ModuleOf } from './torch.ts';

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

/** Where timm has a layer of a MobileNetV2. */
export const timmMobileNetV2Module: ModuleOf = (layer) => ENDS[layer] ?? moduleInBlock(layer);

export const timmMobileNetV2 = torchNaming({
  name: 'timm-mobilenetv2',
  label: 'timm (MobileNetV2)',
  mark: 'conv_stem.weight',
  parts: ['conv_stem', 'bn1', 'blocks', 'conv_head', 'bn2'],
  fit: (names) => {
    const hasSqueeze = names.has('blocks.0.0.se.conv_reduce.weight');
    if (!names.has('blocks.6.0.conv_pwl.weight') || hasSqueeze) return null;
    return { moduleOf: timmMobileNetV2Module, flavour: torchFlavour };
  },
});

/** `blocks.2.1.conv_pw` for `block_4_expand`. */
function moduleInBlock(layer: string): string | null {
  const place = mobileNetBlock(layer);
  if (place === null) return null;
  const module = (place.block === 0 ? PLAIN : EXPANDED)[place.part];
  let { block } = place;
  let stage = 0;
  for (; block >= (REPEATS[stage] ?? Infinity); stage++) block -= REPEATS[stage] ?? 0;
  return module === undefined ? null : `blocks.${stage}.${block}.${module}`;
}
