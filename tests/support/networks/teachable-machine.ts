/** A Teachable Machine export, nested and saved as Teachable Machine does it, with seeded weights. */
import * as tf from '@tensorflow/tfjs';
import { mobilenetv2 } from '../../../src/models/backbones/mobilenetv2.ts';
import { variablesOf } from '../../../src/models/weights/fill-model.ts';

const utf8 = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** What an export holds. */
export interface Export {
  /** `model.json`, `weights.bin` and `metadata.json`. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The backbone's values, by `<layer>/<weight>`. */
  readonly values: ReadonlyMap<string, Float32Array>;
}

/**
 * Makes one on the current backend: a Sequential of the backbone with its pooling and of the trained head.
 *
 * @see https://github.com/googlecreativelab/teachablemachine-community/tree/master/libraries/image
 */
export async function teachableMachine(labels: readonly string[], size = 224): Promise<Export> {
  const base = mobilenetv2.build({ size, options: { alpha: 0.35 }, seed: 11 });
  const values = new Map(
    variablesOf(base).map(({ layer, weight, variable }) => [
      `${layer}/${weight}`,
      variable.read().dataSync<'float32'>().slice(),
    ]),
  );
  const features = tf.sequential({
    layers: [base, tf.layers.globalAveragePooling2d({})] as tf.layers.Layer[],
  });
  const dense = (units: number, settings: object): tf.layers.Layer =>
    tf.layers.dense({ units, kernelInitializer: tf.initializers.varianceScaling({ seed: 3 }), ...settings });
  const head = tf.sequential({
    layers: [
      dense(100, { inputShape: [1280], activation: 'relu', name: 'dense_Dense1' }),
      dense(labels.length, { useBias: false, activation: 'softmax', name: 'dense_Dense2' }),
    ],
  });
  const whole = tf.sequential({ layers: [features, head] as unknown as tf.layers.Layer[] });
  const files: Record<string, Uint8Array> = {};
  await whole.save(
    tf.io.withSaveHandler(({ modelTopology, weightSpecs, weightData }) => {
      files['model.json'] = utf8({
        modelTopology,
        weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
      });
      files['weights.bin'] = new Uint8Array(weightData as ArrayBuffer);
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    }),
  );
  whole.dispose();
  files['metadata.json'] = utf8({
    tfjsVersion: '1.3.1',
    tmVersion: '2.4.10',
    packageVersion: '0.8.4-alpha2',
    packageName: '@teachablemachine/image',
    timeStamp: '2024-01-31T10:20:30.400Z',
    userMetadata: {},
    modelName: 'tm-my-image-model',
    labels,
    imageSize: size,
  });
  return { files, values };
}
