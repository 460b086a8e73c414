/**
 * VGG as torchvision and `timm` name it (timm/vgg16.tv_in1k): `features.N`, where N counts convolutions, activations
 * and maxima. Trained by torchvision on mean and standard deviation, not on Keras' BGR.
 */
import { torchNaming } from './torch.ts';

export const torchVgg = torchNaming({
  name: 'torch-vgg',
  label: 'torchvision or timm (VGG)',
  mark: 'features.0.weight',
  parts: ['features'],
  fit: (names) => {
    const modules = [...names]
      .map((name) => /^features\.(\d+)\.weight$/u.exec(name)?.[1])
      .filter((index) => index !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
    const byLayer = layersOf(modules);
    return {
      moduleOf: (layer) => {
        const index = byLayer.get(layer);
        return index === undefined ? null : `features.${index}`;
      },
    };
  },
});

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
