/**
 * Keras 3's `.weights.h5` without the layers' names, as early versions wrote it: a layer is known by its class and by how many of that
 * class come before it.
 */
import type { Naming } from './name-map.ts';

/** Keras' classes in snake case, as it names groups. */
const GROUPS: Readonly<Record<string, string>> = {
  Conv2D: 'conv2d',
  DepthwiseConv2D: 'depthwise_conv2d',
  BatchNormalization: 'batch_normalization',
};

/** A convolution's kernel, wherever the backbone lies in a larger model. */
const FIRST = /^(.*\/)?conv2d\/vars\/kernel$/u;

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
