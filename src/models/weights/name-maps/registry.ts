/** The ways of naming weights that Mien knows, tried in this order. One line each. */
import { StudioError } from '../../../protocol/errors.ts';
import type { NameMap, Naming } from './name-map.ts';
import type { WeightFile } from '../readers/weight-file.ts';
import { kerasNaming, kerasNumbered } from './keras.ts';
import { timmEfficientNet } from './timm-efficientnet.ts';
import { timmMobileNetV2 } from './timm-mobilenetv2.ts';
import { torchVgg } from './torch-vgg.ts';
import { transformersEfficientNet } from './transformers-efficientnet.ts';
import { transformersMobileNetV2 } from './transformers-mobilenetv2.ts';

export const NAMINGS: readonly Naming[] = [
  kerasNaming,
  kerasNumbered,
  transformersMobileNetV2,
  transformersEfficientNet,
  timmEfficientNet,
  timmMobileNetV2,
  torchVgg,
];

/**
 * The map for a file, told by its tensors' names.
 *
 * @throws StudioError `model/weights-unknown-names`
 */
export function findNameMap({
  tensors,
  architecture,
}: Pick<WeightFile, 'tensors' | 'architecture'>): NameMap {
  const names = new Set(tensors.keys());
  for (const naming of NAMINGS) {
    const map = naming.fit(names, architecture);
    if (map !== null) return map;
  }
  throw new StudioError({
    code: 'model/weights-unknown-names',
    message: `Tensors should be named as one of these names them: ${NAMINGS.map(({ label }) => label).join(', ')}. The file has ${[...names].slice(0, 3).join(', ') || 'none'}.`,
    hint: 'Take the weights from Keras, or from one of the Hub repositories that the README names.',
  });
}
