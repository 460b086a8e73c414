/** The ways of naming weights that Mien knows, tried in this order. One line each. */
import { StudioError } from '../../../protocol/errors.ts';
import type { NameMap } from '../name-map.ts';
import { kerasNames } from './keras.ts';

export const NAME_MAPS: readonly NameMap[] = [kerasNames];

/**
 * The map for a file, told by its tensors' names.
 *
 * @throws StudioError `model/weights-unknown-names`
 */
export function findNameMap(names: Iterable<string>): NameMap {
  const set = new Set(names);
  const found = NAME_MAPS.find((map) => map.recognises(set));
  if (found !== undefined) return found;
  const few = [...set].slice(0, 3).join(', ');
  throw new StudioError({
    code: 'model/weights-unknown-names',
    message: `Tensors should be named as one of these names them: ${NAME_MAPS.map(({ name }) => name).join(', ')}. The file has ${few || 'none'}.`,
    hint: 'Take the weights from Keras, or from one of the Hub repositories that the README names.',
  });
}
