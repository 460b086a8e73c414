/** The ways of naming weights that Mien knows, tried in this order. One line each. */
import { StudioError } from '../../../protocol/errors.ts';
import { strangeNetwork } from '../files/strangers.ts';
import type { NamedFile, NameMap, Naming } from './name-map.ts';
import { kerasNaming, kerasNumbered } from './keras.ts';
import { timmEfficientNet } from './timm-efficientnet.ts';
import { timmMobileNetV2 } from './timm-mobilenetv2.ts';
import { torchVgg } from './torch-vgg.ts';
import { torchvisionEfficientNet, torchvisionMobileNetV2 } from './torchvision.ts';
import { transformersEfficientNet, transformersMobileNetV2 } from './transformers.ts';

export const NAMINGS: readonly Naming[] = [
  kerasNaming,
  kerasNumbered,
  transformersMobileNetV2,
  transformersEfficientNet,
  timmEfficientNet,
  timmMobileNetV2,
  torchvisionMobileNetV2,
  torchvisionEfficientNet,
  torchVgg,
];

/** Where a file names its padding and epsilon, they are those, whoever names weights as it does. */
function asFileSays(map: NameMap, { flavour }: NamedFile): NameMap {
  return flavour === undefined ? map : { ...map, flavour: flavour ?? undefined };
}

/**
 * The maps for a file, told by its tensors' names: one for each backbone that may be in it, so one at least.
 *
 * @throws StudioError `model/weights-other-network`, `model/weights-unknown-names`, `model/weights-layers`
 */
export function findNameMaps(file: NamedFile): readonly NameMap[] {
  for (const naming of NAMINGS) {
    const maps = naming.fit(file);
    if (maps.length > 0) return maps.map((map) => asFileSays(map, file));
  }
  const stranger = strangeNetwork(file);
  if (stranger !== null) throw stranger;
  throw new StudioError({
    code: 'model/weights-unknown-names',
    message: `Tensors should be named as one of these names them: ${NAMINGS.map(({ label }) => label).join(', ')}. The file has ${[...file.tensors.keys()].slice(0, 3).join(', ') || 'none'}.`,
    hint: 'Take the weights from Keras, or from one of the Hub repositories that the README names.',
  });
}
