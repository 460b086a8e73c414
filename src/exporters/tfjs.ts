/** TensorFlow.js LayersModel: `model.json` and its weights, for `tf.loadLayersModel`. */
import * as tf from '@tensorflow/tfjs';
import { StudioError } from '../protocol/errors.ts';
import type { ExportedFiles, Exporter, TrainedNetwork } from './exporter.ts';

const WEIGHTS_FILE = 'weights.bin';

/** Labels and preprocessing are in `model.json` under `userDefinedMetadata`. */
export const tfjsExporter: Exporter = {
  entry: {
    name: 'tfjs',
    label: 'TensorFlow.js',
    help: 'For tf.loadLayersModel, in a page or in Node.',
    options: [],
    extension: 'zip',
    mimeType: 'application/zip',
  },
  async write(trained) {
    const artifacts = await artifactsOf(trained.model);
    const { modelTopology, weightSpecs, weightData } = artifacts;
    if (modelTopology === undefined || weightSpecs === undefined || weightData === undefined) {
      throw new StudioError({
        code: 'export/incomplete',
        message: 'tfjs gave a model without its topology or weights.',
        hint: 'Try again; if it happens again, please report it with the details.',
      });
    }
    const json = {
      format: 'layers-model',
      generatedBy: `Mien ${trained.versions['mien'] ?? ''}, TensorFlow.js ${tf.version.tfjs}`,
      convertedBy: null,
      modelTopology,
      weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
      userDefinedMetadata: metadataOf(trained),
    };
    const files: ExportedFiles = new Map([
      ['model.json', new TextEncoder().encode(JSON.stringify(json))],
      [WEIGHTS_FILE, new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData))],
    ]);
    return files;
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

/** What is needed to use the network: class names, and how a picture becomes its input. */
function metadataOf({ labels, preprocessing, recipe, weights, test, versions }: TrainedNetwork): object {
  return {
    labels,
    input: { size: recipe.image.size, resize: recipe.image.resize, colour: 'RGB, uint8' },
    preprocessing: {
      ...preprocessing,
      formula: 'y[c] = x[order[c]] * scale[c] + offset[c], x from 0 to 255',
    },
    backboneWeights: weights,
    recipe,
    test: test === null ? null : { loss: test.loss, accuracy: test.accuracy, macroF1: test.macroF1 },
    versions,
  };
}
