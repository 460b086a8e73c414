/**
 * MobileNetV2 and EfficientNet as torchvision names and trains them: PyTorch's padding, modules by number. VGG has a
 * file of its own, because `timm` names it alike.
 *
 * @see torchvision.models.mobilenet_v2, torchvision.models.efficientnet_b0
 */
import { torchFlavour } from '../../backbones/backbone.ts';
import { efficientNetBlock, mobileNetBlock, torchNaming } from './torch.ts';

/** Of both, the stem and its first convolution. */
const MARK = 'features.0.0.weight';

const MOBILE_ENDS: Readonly<Record<string, string>> = {
  Conv1: 'features.0.0',
  bn_Conv1: 'features.0.1',
  Conv_1: 'features.18.0',
  Conv_1_bn: 'features.18.1',
};

const MOBILE_EXPANDED: Readonly<Record<string, string>> = {
  expand: '0.0',
  expand_BN: '0.1',
  depthwise: '1.0',
  depthwise_BN: '1.1',
  project: '2',
  project_BN: '3',
};

const MOBILE_PLAIN: Readonly<Record<string, string>> = {
  depthwise: '0.0',
  depthwise_BN: '0.1',
  project: '1',
  project_BN: '2',
};

export const torchvisionMobileNetV2 = torchNaming({
  name: 'torchvision-mobilenetv2',
  label: 'torchvision (MobileNetV2)',
  mark: MARK,
  parts: ['features'],
  fit: (names) => {
    if (!names.has('features.1.conv.0.0.weight') || !names.has('features.18.0.weight')) return null;
    return {
      moduleOf: (layer) => {
        const place = mobileNetBlock(layer);
        if (place === null) return MOBILE_ENDS[layer] ?? null;
        const module = (place.block === 0 ? MOBILE_PLAIN : MOBILE_EXPANDED)[place.part];
        return module === undefined ? null : `features.${place.block + 1}.conv.${module}`;
      },
      flavour: torchFlavour,
    };
  },
});

const EFFICIENT_ENDS: Readonly<Record<string, string>> = {
  stem_conv: 'features.0.0',
  stem_bn: 'features.0.1',
  top_conv: 'features.8.0',
  top_bn: 'features.8.1',
};

/** Parts of a block: the units of its list, and what lies in them. */
const EFFICIENT_UNITS = ['expand', 'depthwise', 'squeeze', 'project'];
const EFFICIENT_PARTS: Readonly<Record<string, readonly [unit: string, module: string]>> = {
  expand_conv: ['expand', '0'],
  expand_bn: ['expand', '1'],
  dwconv: ['depthwise', '0'],
  bn: ['depthwise', '1'],
  se_reduce: ['squeeze', 'fc1'],
  se_expand: ['squeeze', 'fc2'],
  project_conv: ['project', '0'],
  project_bn: ['project', '1'],
};

export const torchvisionEfficientNet = torchNaming({
  name: 'torchvision-efficientnet',
  label: 'torchvision (EfficientNet)',
  mark: MARK,
  parts: ['features'],
  fit: (names) => {
    if (!names.has('features.1.0.block.0.0.weight') || !names.has('features.1.0.block.1.fc1.weight'))
      return null;
    // From B5 on, whose first stage has three blocks, torchvision takes TensorFlow's epsilon.
    const isLarge = names.has('features.1.2.block.0.0.weight');
    return {
      moduleOf: (layer) => {
        const place = efficientNetBlock(layer);
        if (place === null) return EFFICIENT_ENDS[layer] ?? null;
        const [unit = '', module = ''] = EFFICIENT_PARTS[place.part] ?? [];
        // The first stage has no expansion, so that all units lie one earlier.
        const index = EFFICIENT_UNITS.indexOf(unit) - (place.stage === 0 ? 1 : 0);
        return index < 0 ? null : `features.${place.stage + 1}.${place.block}.block.${index}.${module}`;
      },
      flavour: isLarge ? { ...torchFlavour, epsilon: 1e-3 } : torchFlavour,
    };
  },
});
