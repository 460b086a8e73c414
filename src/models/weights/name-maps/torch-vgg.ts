/**
 * VGG as torchvision and `timm` name it (timm/vgg16.tv_in1k): `features.N`, where N counts convolutions, activations
 * and maxima. Trained by torchvision on mean and standard deviation, not on Keras' BGR.
 */
import { meanAndDeviation } from '../../backbones/backbone.ts';
import type { Naming } from './name-map.ts';
import { isCounter, torchSource } from './torch.ts';

export const torchVgg: Naming = {
  name: 'torch-vgg',
  label: 'torchvision or timm (VGG)',
  fit: (names) => {
    const modules = [...names]
      .map((name) => /^features\.(\d+)\.weight$/u.exec(name)?.[1])
      .filter((index) => index !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
    if (modules[0] !== 0) return null;
    const byLayer = layersOf(modules);
    return {
      sourceOf: ({ layer, weight }) => {
        const index = byLayer.get(layer);
        return index === undefined ? null : torchSource(`features.${index}`, weight);
      },
      ignores: (name) => isCounter(name) || /^(pre_logits|head|classifier)\./u.test(name),
      preprocessing: meanAndDeviation,
    };
  },
};

/** Keras' names for the convolutions: the next one is two modules on within a block, three across a maximum. */
function layersOf(modules: readonly number[]): ReadonlyMap<string, number> {
  const byLayer = new Map<string, number>();
  let block = 1;
  let convolution = 0;
  let last = -2;
  for (const index of modules) {
    if (index - last > 2) {
      block += 1;
      convolution = 0;
    }
    convolution += 1;
    byLayer.set(`block${block}_conv${convolution}`, index);
    last = index;
  }
  return byLayer;
}
