/** TensorFlow.js LayersModel: `model.json` and its weights, for `tf.loadLayersModel`, with a page of its own. */
import * as tf from '@tensorflow/tfjs';
import { fileOf, type Exporter, type WrittenNetwork } from '../exporter.ts';
import { factsOf } from '../package/papers.ts';
import { scriptChecker } from './check-script.ts';
import { guideOf } from './guide.ts';
import { teachableMetadata } from './metadata.ts';

const WEIGHTS_FILE = 'weights.bin';

/** Labels and preprocessing are in `model.json` under `userDefinedMetadata`. */
export const tfjsExporter: Exporter = {
  entry: {
    name: 'tfjs',
    label: 'TensorFlow.js',
    help: 'For showing it at once, in a page that opens by double click, and for a page or a Node program of your own.',
    opensWith: "await tf.loadLayersModel('./model.json')",
    // In base64 too, for the page.
    bytesPerParameter: 4 + (4 * 4) / 3,
    bytesBeside: 1_250_000,
    options: [],
    extension: 'zip',
    mimeType: 'application/zip',
  },
  async write(input): Promise<WrittenNetwork> {
    const { pageFiles } = await import('./page.ts');
    const { savedLayers } = await import('./weights.ts');
    const saved = savedLayers(input.model);
    const { modelTopology, weightSpecs, weights } = saved;
    const json = {
      format: 'layers-model',
      generatedBy: `Mien ${input.versions['mien'] ?? ''}, TensorFlow.js ${tf.version.tfjs}`,
      convertedBy: null,
      modelTopology,
      weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
      userDefinedMetadata: factsOf(input),
    };
    return {
      files: [
        fileOf('model.json', JSON.stringify(json)),
        { path: WEIGHTS_FILE, chunks: () => weights.chunks() },
      ],
      models: [{ path: 'model.json', precision: 'float32', takes: 'pictures' }],
      checker: scriptChecker(),
      guide: guideOf(input),
      beside: (shown, library) => [...teachableMetadata(input), ...pageFiles(input, saved, shown, library)],
    };
  },
};
