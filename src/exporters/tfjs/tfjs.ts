/** TensorFlow.js LayersModel: `model.json` and its weights, for `tf.loadLayersModel`, with a page of its own. */
import * as tf from '@tensorflow/tfjs';
import { StudioError } from '../../protocol/errors.ts';
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
    const { modelTopology, weightSpecs, weightData } = await artifactsOf(input.model);
    if (modelTopology === undefined || weightSpecs === undefined || weightData === undefined) {
      throw new StudioError({
        code: 'export/incomplete',
        message: 'tfjs gave a model without its topology or weights.',
        hint: 'Try again; if it happens again, please report it with the details.',
      });
    }
    const json = {
      format: 'layers-model',
      generatedBy: `Mien ${input.versions['mien'] ?? ''}, TensorFlow.js ${tf.version.tfjs}`,
      convertedBy: null,
      modelTopology,
      weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
      userDefinedMetadata: factsOf(input),
    };
    const weights = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
    return {
      files: [fileOf('model.json', JSON.stringify(json)), fileOf(WEIGHTS_FILE, weights)],
      models: [{ path: 'model.json', precision: 'float32', takes: 'pictures' }],
      checker: scriptChecker(),
      guide: guideOf(input),
      beside: (shown, library) => [
        ...teachableMetadata(input),
        ...pageFiles(input, { modelTopology, weightSpecs, weights }, shown, library),
      ],
    };
  },
};

async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    }),
  );
  return saved;
}
