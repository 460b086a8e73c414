/**
 * Owns under which names a network is written: Keras', and those of the libraries of PyTorch that have the same network,
 * each with the very call that makes it. Another padding or epsilon would load without a word and compute something else.
 */
import { findBackbone } from '../../models/backbones/registry.ts';
import { variablesOf, type BoundVariable } from '../../models/weights/fill-model.ts';
import { timmEfficientNetModule } from '../../models/weights/name-maps/timm-efficientnet.ts';
import { timmMobileNetV2Module } from '../../models/weights/name-maps/timm-mobilenetv2.ts';
import { torchSource, type ModuleOf } from '../../models/weights/name-maps/torch.ts';
import {
  transformersEfficientNetModule,
  transformersMobileNetV2Module,
} from '../../models/weights/name-maps/transformers.ts';
import { invariant } from '../../protocol/errors.ts';
import type { ExportInput } from '../exporter.ts';
import { isTorchBorn, KERAS_EPSILON, TORCH_EPSILON } from '../network/born.ts';
import { transpose, weightsOf, type Weight } from '../network/weight.ts';
import type { NamedTensor } from './file.ts';

/** A way of naming a network's weights that a library has. */
export interface LibraryNames {
  readonly file: string;
  readonly library: 'keras' | 'timm' | 'transformers' | 'torchvision';
  /** The expression that makes the network, and what must be imported for it. */
  readonly call: string;
  readonly imports: string;
  readonly tensors: readonly NamedTensor[];
}

/** Every way that fits the network; PyTorch's libraries know heads of one layer alone. */
export function namingsOf(input: ExportInput): LibraryNames[] {
  const { name } = input.recipe.backbone;
  if (input.recipe.head.hidden.length > 0) return [kerasNames(input)];
  if (name === 'mobilenetv2') return [kerasNames(input), ...mobileNetNames(input)];
  if (name.startsWith('vgg')) return [kerasNames(input), vggNames(input)];
  if (name.startsWith('efficientnet')) return [kerasNames(input), ...efficientNetNames(input)];
  return [kerasNames(input)];
}

function kerasNames(input: ExportInput): LibraryNames {
  const { recipe, model } = input;
  const { name } = recipe.backbone;
  const { size } = recipe.image;
  const className = findBackbone(name).entry.label;
  const alpha = name === 'mobilenetv2' ? `, alpha=${alphaOf(input)}` : '';
  const weight = weightsOf(model);
  return {
    file: 'model.safetensors',
    library: 'keras',
    imports: 'import keras',
    call: `keras.applications.${className}(include_top=False, weights=None, input_shape=(${size}, ${size}, 3)${alpha})`,
    tensors: variablesOf(model).map((variable) => {
      const full = `${variable.layer}/${variable.weight}`;
      return { name: full, value: weight(full) };
    }),
  };
}

function mobileNetNames(input: ExportInput): LibraryNames[] {
  const { length: classes } = input.labels;
  const alpha = alphaOf(input);
  const isTorch = isTorchBorn(input);
  const timmName = TIMM_WIDTHS.get(alpha);
  if (timmName === undefined) return [];
  const settings = isTorch ? '' : `, pad_type='same', bn_eps=${KERAS_EPSILON}`;
  const config = `depth_multiplier=${real(alpha)}, num_labels=${classes}, image_size=${input.recipe.image.size}, tf_padding=${isTorch ? 'False' : 'True'}, layer_norm_eps=${isTorch ? TORCH_EPSILON : KERAS_EPSILON}`;
  return [
    {
      ...timm(`'${timmName}', num_classes=${classes}${settings}`),
      tensors: torchTensors(input, timmMobileNetV2Module, 'classifier'),
    },
    {
      ...transformers('MobileNetV2', config),
      tensors: torchTensors(input, transformersMobileNetV2Module, 'classifier', 'mobilenet_v2.'),
    },
  ];
}

/** Widths of MobileNetV2 that timm has names for. */
const TIMM_WIDTHS: ReadonlyMap<number, string> = new Map([
  [0.35, 'mobilenetv2_035'],
  [0.5, 'mobilenetv2_050'],
  [0.75, 'mobilenetv2_075'],
  [1, 'mobilenetv2_100'],
  [1.4, 'mobilenetv2_140'],
]);

function efficientNetNames(input: ExportInput): LibraryNames[] {
  const { recipe, labels, graph } = input;
  const size = recipe.backbone.name.slice(-1);
  const born = isTorchBorn(input);
  const timmNames = {
    ...timm(`'${born ? '' : 'tf_'}efficientnet_b${size}', num_classes=${labels.length}`),
    tensors: torchTensors(input, timmEfficientNetModule, 'classifier'),
  };
  const stem = graph.nodes.find(({ op }) => op.kind === 'pad');
  // Its stem is padded on one side alone, as even pictures are; and there is no word for PyTorch's padding.
  if (born || stem?.op.kind !== 'pad' || stem.op.padding[0][0] !== 0) return [timmNames];
  const blocks = blocksOf(graph.nodes.map(({ name }) => name));
  // Blocks that halve an odd side are padded on both sides.
  const odd = graph.nodes.flatMap(({ name, op }) =>
    op.kind === 'pad' && op.padding[0][0] === op.padding[0][1] ? [blocks.indexOf(blockOf(name))] : [],
  );
  const { width, depth } = SCALINGS[Number(size)] ?? { width: 1, depth: 1 };
  const features = Number(input.model.getLayer('dense').weights[0]?.shape[0]);
  const config = `width_coefficient=${real(width)}, depth_coefficient=${real(depth)}, hidden_dim=${features}, num_labels=${labels.length}, image_size=${recipe.image.size}, depthwise_padding=${JSON.stringify(odd)}`;
  const moduleOf = transformersEfficientNetModule(blocks.length);
  invariant(moduleOf !== null, 'an EfficientNet has as many blocks as one of B0 to B7');
  return [
    timmNames,
    {
      ...transformers('EfficientNet', config),
      tensors: torchTensors(input, moduleOf, 'classifier', 'efficientnet.'),
    },
  ];
}

/** Of EfficientNetB0 to B7. */
const SCALINGS: readonly { readonly width: number; readonly depth: number }[] = [
  { width: 1, depth: 1 },
  { width: 1, depth: 1.1 },
  { width: 1.1, depth: 1.2 },
  { width: 1.2, depth: 1.4 },
  { width: 1.4, depth: 1.8 },
  { width: 1.6, depth: 2.2 },
  { width: 1.8, depth: 2.6 },
  { width: 2, depth: 3.1 },
];

const blockOf = (layer: string): string => /^block\d+[a-z]/u.exec(layer)?.[0] ?? '';

function blocksOf(layers: readonly string[]): string[] {
  return [...new Set(layers.map(blockOf))].filter((block) => block !== '');
}

/** torchvision's `features`, with a head behind them: its own classifier is another one. */
function vggNames(input: ExportInput): LibraryNames {
  const { labels, model, recipe } = input;
  const modules = new Map<string, number>();
  let at = 0;
  for (const layer of model.layers) {
    const className = layer.getClassName();
    if (className === 'Conv2D') modules.set(layer.name, at);
    // A convolution and its activation, or a maximum.
    if (className === 'Conv2D') at += 2;
    else if (className === 'MaxPooling2D') at += 1;
  }
  const moduleOf: ModuleOf = (layer) => {
    const module = modules.get(layer);
    return module === undefined ? null : `features.${module}`;
  };
  const parts = [
    `features=torchvision.models.${recipe.backbone.name}(weights=None).features`,
    'pool=torch.nn.AdaptiveAvgPool2d(1)',
    'flat=torch.nn.Flatten()',
    `classifier=torch.nn.Linear(512, ${labels.length})`,
  ];
  return {
    file: 'model.torchvision.safetensors',
    library: 'torchvision',
    imports: 'import collections, torchvision',
    call: `torch.nn.Sequential(collections.OrderedDict(${parts.join(', ')}))`,
    tensors: torchTensors(input, moduleOf, 'classifier'),
  };
}

function timm(settings: string): Omit<LibraryNames, 'tensors'> {
  return {
    file: 'model.timm.safetensors',
    library: 'timm',
    imports: 'import timm',
    call: `timm.create_model(${settings})`,
  };
}

function transformers(family: string, config: string): Omit<LibraryNames, 'tensors'> {
  return {
    file: 'model.transformers.safetensors',
    library: 'transformers',
    imports: `from transformers import ${family}Config, ${family}ForImageClassification`,
    call: `${family}ForImageClassification(${family}Config(${config}))`,
  };
}

/** Every variable under a library's name and with its order of axes, BatchNorms with their counters. */
function torchTensors(
  { model }: ExportInput,
  moduleOf: ModuleOf,
  classifier: string,
  prefix = '',
): NamedTensor[] {
  const weight = weightsOf(model);
  return variablesOf(model).flatMap((variable): NamedTensor[] => {
    const value = weight(`${variable.layer}/${variable.weight}`);
    if (variable.layerClass === 'Dense') return [headTensor(variable, value, classifier)];
    const module = moduleOf(variable.layer, variable.weight);
    invariant(module !== null, `there is a name for ${value.name}`);
    const { name, axes } = torchSource(`${prefix}${module}`, variable.weight);
    const tensor = { name, value: axes === undefined ? value : transpose(value, inverse(axes)) };
    if (variable.weight !== 'moving_variance') return [tensor];
    return [tensor, { name: name.replace(/running_var$/u, 'num_batches_tracked'), value: 'counter' }];
  });
}

/** A linear layer's matrix has its outputs first. */
function headTensor({ weight }: BoundVariable, value: Weight, classifier: string): NamedTensor {
  return weight === 'kernel'
    ? { name: `${classifier}.weight`, value: transpose(value, [1, 0]) }
    : { name: `${classifier}.${weight}`, value };
}

/** The order that undoes another one. */
function inverse(axes: readonly number[]): number[] {
  return axes.map((_, axis) => axes.indexOf(axis));
}

/** A number that Python takes for a real one. */
const real = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : value.toString());

function alphaOf({ recipe }: ExportInput): number {
  return Number(recipe.backbone['alpha']);
}
