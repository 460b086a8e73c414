/** The formats that a trained network can be taken home in. One line each. */
import { StudioError } from '../protocol/errors.ts';
import type { Exporter } from './exporter.ts';
import { kerasExporter } from './keras/keras.ts';
import { litertExporter } from './litert/litert.ts';
import { onnxExporter } from './onnx/onnx.ts';
import { papersExporter } from './record/record.ts';
import { safetensorsExporter } from './safetensors/safetensors.ts';
import { tfjsExporter } from './tfjs/tfjs.ts';

/** In the order in which the page offers them. */
export const EXPORTERS: readonly Exporter[] = [
  tfjsExporter,
  kerasExporter,
  onnxExporter,
  safetensorsExporter,
  litertExporter,
  papersExporter,
];

/** @throws StudioError `export/unknown-format` */
export function findExporter(name: string): Exporter {
  const found = EXPORTERS.find(({ entry }) => entry.name === name);
  if (found !== undefined) return found;
  throw new StudioError({
    code: 'export/unknown-format',
    message: `A format was expected out of ${EXPORTERS.map(({ entry }) => entry.name).join(', ')}. Came: ${name}.`,
    hint: 'Choose one of those.',
  });
}
