/**
 * Owns what PyTorch's files have in common: order of axes, names of BatchNorm's vectors, counters, and what wrappers put
 * before every name (`module.` of DataParallel, `model.`, `backbone.`, the library's own).
 */
import { meanAndDeviation, type Flavour, type Preprocessing } from '../../backbones/backbone.ts';
import { trainedOn, type NamedFile, type NameMap, type Naming, type TensorSource } from './name-map.ts';

/** `[out, in, height, width]` to Keras' `[height, width, in, out]`. */
const KERNEL_AXES = [2, 3, 1, 0];

/** `[channels, 1, height, width]` to Keras' `[height, width, channels, 1]`. */
const DEPTHWISE_AXES = [2, 3, 0, 1];

const NORM_NAMES: Readonly<Record<string, string>> = {
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/** One library's names for one network. */
export interface TorchNames {
  readonly name: string;
  readonly label: string;
  /** A tensor that every such file has; what stands before it stands before all. */
  readonly mark: string;
  /** The start of every name that belongs to the backbone, for example `blocks`. */
  readonly parts: readonly string[];
  /** Where its modules are; null when a file with the mark is another network's. */
  readonly fit: (names: ReadonlySet<string>, architecture: string | null) => TorchFit | null;
}

/** A module's path, for example `blocks.0.0.conv_dw`; null where there is no such module. */
export type ModuleOf = (layer: string, weight: string) => string | null;

export interface TorchFit {
  readonly moduleOf: ModuleOf;
  /** What the weights were trained on; mean and deviation where it is left out. */
  readonly preprocessing?: Preprocessing | null;
  readonly flavour?: Flavour | undefined;
}

/** Makes a naming of it: tried under each prefix that the mark is found with. */
export function torchNaming({ name, label, mark, parts, fit }: TorchNames): Naming {
  return {
    name,
    label,
    fit: ({ tensors, architecture }: NamedFile) => {
      const all = [...tensors.keys()];
      const prefixes = all
        .filter((tensor) => tensor === mark || tensor.endsWith(`.${mark}`))
        .map((tensor) => tensor.slice(0, -mark.length));
      return prefixes.flatMap((prefix): NameMap[] => {
        const within = all.filter((tensor) => tensor.startsWith(prefix));
        const found = fit(new Set(within.map((tensor) => tensor.slice(prefix.length))), architecture);
        if (found === null) return [];
        return [
          {
            sourceOf: ({ layer, weight }) => {
              const module = found.moduleOf(layer, weight);
              return module === null ? null : torchSource(`${prefix}${module}`, weight);
            },
            claims: (tensor) =>
              parts.some((part) => tensor.startsWith(`${prefix}${part}.`)) && !isCounter(tensor),
            pictures: trainedOn(found.preprocessing === undefined ? meanAndDeviation : found.preprocessing),
            flavour: found.flavour,
          },
        ];
      });
    },
  };
}

/** The tensor of a module that holds one of our variables. */
export function torchSource(module: string, weight: string): TensorSource {
  if (weight === 'kernel') return { name: `${module}.weight`, axes: KERNEL_AXES };
  if (weight === 'depthwise_kernel') return { name: `${module}.weight`, axes: DEPTHWISE_AXES };
  return { name: `${module}.${NORM_NAMES[weight] ?? weight}` };
}

/** PyTorch counts the batches that a BatchNorm saw; nothing reads it. */
function isCounter(name: string): boolean {
  return name.endsWith('.num_batches_tracked');
}

/** A layer of Keras' EfficientNet taken apart: stage and block from 0. */
export function efficientNetBlock(layer: string): { stage: number; block: number; part: string } | null {
  const match = /^block(\d+)([a-z])_(.+)$/u.exec(layer);
  if (match === null) return null;
  const [, stage = '', letter = '', part = ''] = match;
  return { stage: Number(stage) - 1, block: letter.charCodeAt(0) - 97, part };
}

/** A layer of Keras' MobileNetV2 taken apart: blocks count from 0, of which the first expands nothing. */
export function mobileNetBlock(layer: string): { block: number; part: string } | null {
  const match = /^(?:expanded_conv|block_(\d+))_(.+)$/u.exec(layer);
  return match === null ? null : { block: Number(match[1] ?? 0), part: match[2] ?? '' };
}
