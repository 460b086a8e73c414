/** The formats that weights are read from. One file a format and a line here. */
import { StudioError } from '../../../protocol/errors.ts';
import { kerasH5 } from './keras-h5.ts';
import { onnx } from './onnx.ts';
import { safetensors } from './safetensors.ts';
import { tfjsModel } from './tfjs-model.ts';
import type { WeightReader } from './weight-file.ts';

/** Tried in this order: safetensors has the weakest mark, so it comes last. */
export const WEIGHT_READERS: readonly WeightReader[] = [kerasH5, onnx, tfjsModel, safetensors];

/** A file, or several, of which none is of a known format. */
export function unknownFormat(head: Uint8Array, paths: readonly string[]): StudioError {
  const start = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const came =
    paths.length > 1
      ? `None of the ${paths.length} files is: ${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ', ...' : ''}.`
      : `The file starts with ${start || 'nothing'}.`;
  return new StudioError({
    code: 'model/weights-unknown-format',
    message: `Weights should be one of: ${WEIGHT_READERS.map(({ label }) => label).join(', ')}, alone, in a folder or in a zip. ${came}`,
    hint: 'Save the weights in one of these formats.',
  });
}
