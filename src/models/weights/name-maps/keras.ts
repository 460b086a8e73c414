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
