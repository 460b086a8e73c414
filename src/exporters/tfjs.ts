/** TensorFlow.js LayersModel: `model.json` and its weights, for `tf.loadLayersModel`. */
import * as tf from '@tensorflow/tfjs';
import { StudioError } from '../protocol/errors.ts';
import { fileOf, type Exporter, type ExportInput, type WrittenNetwork } from './exporter.ts';
import { scriptChecker } from './package/check-script.ts';
import { factsOf } from './package/papers.ts';

const WEIGHTS_FILE = 'weights.bin';

/** Labels and preprocessing are in `model.json` under `userDefinedMetadata`. */
export const tfjsExporter: Exporter = {
  entry: {
    name: 'tfjs',
    label: 'TensorFlow.js',
    help: 'For a page or a Node program of your own.',
    opensWith: "await tf.loadLayersModel('model.json')",
    bytesPerParameter: 4,
    options: [],
    extension: 'zip',
    mimeType: 'application/zip',
  },
  async write(input): Promise<WrittenNetwork> {
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

const guideOf = ({ recipe }: ExportInput): string => `\`\`\`js
const model = await tf.loadLayersModel('model.json');
const { preprocessing } = (await (await fetch('model.json')).json()).userDefinedMetadata;
const { order, scale, offset } = preprocessing;
// A picture of ${recipe.image.size} by ${recipe.image.size} pixels, red, green and blue from 0 to 255: the preprocessing is yours to do.
const pixels = tf.browser.fromPixels(picture).toFloat();
const input = pixels.gather([...order], 2).mul(tf.tensor1d(scale)).add(tf.tensor1d(offset)).expandDims(0);
const probabilities = await model.predict(input).data();
\`\`\``;
