/** The formats that weights are read from. One file a format and a line here. */
import type { ByteSource } from '../../../platform/platform.ts';
import { StudioError } from '../../../protocol/errors.ts';
import { archive } from './archive.ts';
import { kerasH5 } from './keras-h5.ts';
import { safetensors } from './safetensors.ts';
import { tfjsModel } from './tfjs-model.ts';
import type { OpenContext, WeightFile, WeightReader } from './weight-file.ts';

/** Tried in this order: safetensors has the weakest mark, so it comes last. */
export const WEIGHT_READERS: readonly WeightReader[] = [kerasH5, archive, tfjsModel, safetensors];

/** Enough for every format's mark. */
const HEAD_BYTES = 512;

/**
 * Opens a weight file of any known format, told by its content.
 *
 * @throws StudioError `model/weights-unknown-format`, `model/weights-unreadable`
 */
export async function openWeightFile(source: ByteSource, context: OpenContext = {}): Promise<WeightFile> {
  const head = new Uint8Array(await source.slice(0, Math.min(HEAD_BYTES, source.byteLength)));
  context.signal?.throwIfAborted();
  const reader = WEIGHT_READERS.find((candidate) => candidate.recognises(head));
  if (reader !== undefined) return reader.open(source, context);
  const start = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new StudioError({
    code: 'model/weights-unknown-format',
    message: `Weights should be one of: ${WEIGHT_READERS.map(({ label }) => label).join(', ')}. The file starts with ${start || 'nothing'}.`,
    hint: 'Save the weights in one of these formats.',
  });
}
