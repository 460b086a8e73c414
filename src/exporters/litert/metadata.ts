/**
 * Owns what a `.tflite` says of itself to apps that read TFLite's metadata: pictures of red, green and blue from 0 to
 * 255, not to be scaled, since the preprocessing is inside; and the labels of what comes out.
 *
 * @see https://github.com/tensorflow/tflite-support/blob/master/tensorflow_lite_support/metadata/metadata_schema.fbs
 */
import { Builder } from 'flatbuffers';
import { VERSION } from '../../lib/version.ts';
import type { ExportInput } from '../exporter.ts';
import { int8, offset, offsets, reals, table, text } from './flatbuffer.ts';

/** In the zip at the file's end. */
export const LABELS_FILE = 'labels.txt';

/** `ContentProperties.ImageProperties`, `.FeatureProperties`, `ColorSpaceType.RGB`, `ProcessUnitOptions.NormalizationOptions` */
const IMAGE = 2;
const FEATURE = 1;
const RGB = 1;
const NORMALIZATION = 1;
/** `AssociatedFileType.TENSOR_AXIS_LABELS` */
const AXIS_LABELS = 2;

export function metadataOf({ model, labels, recipe }: ExportInput): Uint8Array {
  const builder = new Builder(4096);
  const subgraph = table(builder, {
    2: offsets(builder, [picture(builder, recipe.image.crop === 'face')]),
    3: offsets(builder, [probabilities(builder)]),
  });
  const root = table(builder, {
    0: text(builder, model.name),
    1: text(builder, `An image classifier of ${labels.length} classes, trained with Mien.`),
    2: text(builder, VERSION),
    3: offsets(builder, [subgraph]),
    7: text(builder, '1.0.0'),
  });
  builder.finish(root, 'M001');
  return builder.asUint8Array();
}

function picture(builder: Builder, isFace: boolean): number {
  const properties = table(builder, { 0: int8(RGB) });
  const content = table(builder, { 0: int8(IMAGE), 1: offset(properties) });
  const normalization = table(builder, { 0: reals(builder, [0]), 1: reals(builder, [1]) });
  const unit = table(builder, { 0: int8(NORMALIZATION), 1: offset(normalization) });
  const stats = table(builder, { 0: reals(builder, [255]), 1: reals(builder, [0]) });
  return table(builder, {
    0: text(builder, 'pixels'),
    1: text(
      builder,
      `Red, green and blue from 0 to 255; the preprocessing is inside.${isFace ? ' Cut each picture to the face first.' : ''}`,
    ),
    3: offset(content),
    4: offsets(builder, [unit]),
    5: offset(stats),
  });
}

function probabilities(builder: Builder): number {
  const content = table(builder, { 0: int8(FEATURE), 1: offset(table(builder, {})) });
  const stats = table(builder, { 0: reals(builder, [1]), 1: reals(builder, [0]) });
  const file = table(builder, {
    0: text(builder, LABELS_FILE),
    1: text(builder, 'A label a line, in the order of the probabilities.'),
    2: int8(AXIS_LABELS),
  });
  return table(builder, {
    0: text(builder, 'probabilities'),
    3: offset(content),
    5: offset(stats),
    6: offsets(builder, [file]),
  });
}
