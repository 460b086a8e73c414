/**
 * Keras' own names and layouts, `<layer>/<weight>`: our starter weights, Keras' files and tfjs' files.
 *
 * A Keras EfficientNet carries its mean and variance as a layer, which our preprocessing takes over.
 */
import { meanAndDeviation, type Preprocessing } from '../../backbones/backbone.ts';
import type { Naming } from './name-map.ts';
import type { WeightFile } from '../readers/weight-file.ts';

/** What a dense head on top of a backbone is made of: a matrix and a bias. */
const HEAD_RANKS = [1, 2];

export const kerasNaming: Naming = {
  name: 'keras',
  label: 'Keras',
  fit: (names) => {
    if (![...names].some((name) => /^[^/]+\/(kernel|gamma|bias)$/u.test(name))) return null;
    return {
      sourceOf: ({ layer, weight }) => {
        const name = `${layer}/${weight}`;
        // Keras 3 calls a depthwise kernel just `kernel`.
        return { name: weight === 'depthwise_kernel' && !names.has(name) ? `${layer}/kernel` : name };
      },
      // What is left over must be able to be a head.
      ignores: (name, shape) =>
        name.startsWith('normalization') ||
        (/\/(kernel|bias)$/u.test(name) && HEAD_RANKS.includes(shape.length)),
      preprocessing: preprocessingOf,
    };
  },
};

/** What a Normalization layer in the file says; null where there is none. */
async function preprocessingOf(file: WeightFile): Promise<Preprocessing | null> {
  const layer = [...file.tensors.keys()]
    .find((name) => /^normalization[^/]*\/mean$/u.test(name))
    ?.split('/')[0];
  if (layer === undefined || !file.tensors.has(`${layer}/variance`)) return null;
  const values = await file.read([`${layer}/mean`, `${layer}/variance`]);
  const mean = values.get(`${layer}/mean`);
  const variance = values.get(`${layer}/variance`);
  if (mean?.length !== 3 || variance?.length !== 3) return null;
  // Keras' ImageNet files keep the deviation where the variance belongs; a layer of the same model puts it right.
  if (Math.abs(variance[0]! - 0.229) < 1e-4) return meanAndDeviation;
  const scale = (channel: 0 | 1 | 2): number => 1 / (255 * Math.sqrt(variance[channel]!));
  const offset = (channel: 0 | 1 | 2): number => -mean[channel]! / Math.sqrt(variance[channel]!);
  return {
    order: [0, 1, 2],
    scale: [scale(0), scale(1), scale(2)],
    offset: [offset(0), offset(1), offset(2)],
  };
}

/** Keras' classes in snake case, as it names groups. */
const GROUPS: Readonly<Record<string, string>> = {
  Conv2D: 'conv2d',
  DepthwiseConv2D: 'depthwise_conv2d',
  BatchNormalization: 'batch_normalization',
};

/** A convolution's kernel, wherever the backbone lies in a larger model. */
const FIRST = /^(.*\/)?conv2d\/vars\/kernel$/u;

/**
 * Keras 3's `.weights.h5` without the layers' names, as early versions wrote it: a layer is known by its class and by
 * how many of that class come before it.
 */
export const kerasNumbered: Naming = {
  name: 'keras-numbered',
  label: 'Keras (numbered layers)',
  fit: (names) => {
    // The deepest model is the backbone: what lies around it is a classifier.
    const [first] = [...names].filter((name) => FIRST.test(name)).sort((a, b) => b.length - a.length);
    if (first === undefined) return null;
    const prefix = first.slice(0, -'conv2d/vars/kernel'.length);
    return {
      sourceOf: ({ layerClass, indexInClass, weight }) => {
        const group = GROUPS[layerClass];
        if (group === undefined) return null;
        return { name: `${prefix}${group}${indexInClass === 0 ? '' : `_${indexInClass}`}/vars/${weight}` };
      },
      ignores: (name) => /(^|\/)(dense(_\d+)?|normalization)\/vars\//u.test(name),
      preprocessing: null,
    };
  },
};
