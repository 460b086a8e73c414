/** The formats that a trained network can be taken home in. One line each. */
import { zipSync } from 'fflate';
import { StudioError } from '../protocol/errors.ts';
import type { ExportedFile } from '../protocol/messages.ts';
import type { Exporter, TrainedNetwork } from './exporter.ts';
import { tfjsExporter } from './tfjs.ts';

/** In the order in which the page offers them. */
export const EXPORTERS: readonly Exporter[] = [tfjsExporter];

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

/** Writes a network as one file: several are packed into a zip, which is not compressed (weights do not shrink). */
export async function exportAsFile(format: string, trained: TrainedNetwork): Promise<ExportedFile> {
  const exporter = findExporter(format);
  const { entry } = exporter;
  const files = await exporter.write(trained);
  const fileName = `mien-${trained.recipe.backbone.name}.${entry.extension}`;
  const [only] = files.values();
  const bytes =
    files.size === 1 && only !== undefined ? only : zipSync(Object.fromEntries(files), { level: 0 });
  return { fileName, mimeType: entry.mimeType, bytes };
}
