/** Classifiers that Mien did not write, taken in whole: with their own heads they answer as they did where they come from. */
import * as tf from '@tensorflow/tfjs';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { broughtBack } from '../../src/engine/network/bring-back.ts';
import { rebuildNetwork } from '../../src/engine/network/rebuild.ts';
import { Classifier } from '../../src/engine/predict/classifier.ts';
import { answeringOf } from '../../src/engine/predict/answering.ts';
import { preprocess } from '../../src/models/backbones/backbone.ts';
import type { SetFile } from '../../src/models/weights/files/file-set.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import type { DeviceReport } from '../../src/protocol/device.ts';
import { useBackend } from '../support/backends.ts';
import { codeOf, memorySource } from '../support/networks/weight-files.ts';
import { teachableMachine, type Export } from '../support/networks/teachable-machine.ts';

const DEVICE: DeviceReport = { backend: 'wasm', label: 'wasm', why: '', chosenBy: 'policy', candidates: [] };
const SIZE = 32;
const LABELS = ['cat', 'dog', 'neither'];
const COUNT = 4;

const platform = createPlatform();
let made: Export;

const setOf = (files: Readonly<Record<string, Uint8Array>>): SetFile[] =>
  Object.entries(files).map(([path, bytes]) => ({ path, open: () => Promise.resolve(memorySource(bytes)) }));
const taken = (files: Readonly<Record<string, Uint8Array>>) => broughtBack(setOf(files), platform, DEVICE);
const pixels = Uint8Array.from({ length: COUNT * SIZE * SIZE * 3 }, (_, at) => (at * 7919) % 256);

beforeAll(async () => {
  await useBackend('wasm');
  made = await teachableMachine(LABELS, SIZE);
});

/** What stock tfjs says of pictures, which Teachable Machine hands over as -1 to 1. */
async function expectedOf({ files }: Export): Promise<Float32Array> {
  const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(files['model.json'])) as {
    modelTopology: object;
    weightsManifest: [{ weights: tf.io.WeightsManifestEntry[] }];
  };
  const weightData = files['weights.bin']!.slice().buffer;
  const [{ weights: weightSpecs }] = weightsManifest;
  const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  const values = Float32Array.from(pixels, (value) => value / 127.5 - 1);
  const said = tf.tidy(() =>
    (model.predict(tf.tensor(values, [COUNT, SIZE, SIZE, 3])) as tf.Tensor).dataSync<'float32'>(),
  );
  model.dispose();
  return said;
}

describe('a Teachable Machine export', () => {
  it.each(['as a folder', 'as a zip'])('answers with its own head, %s', { timeout: 120_000 }, async (how) => {
    const files = how === 'as a zip' ? { 'converted.zip': zipSync(made.files) } : made.files;
    const { network, isHeld, notes } = await taken(files);
    expect(isHeld).toBe(false);
    expect(network.labels).toEqual(LABELS);
    expect(network.result.recipe).toMatchObject({
      backbone: { name: 'mobilenetv2', alpha: 0.35 },
      image: { size: SIZE },
      head: { hidden: [100] },
    });
    expect(notes.join(' ')).toContain('the square in their middle');
    const model = await rebuildNetwork(network, platform);
    const said = tf.tidy(() =>
      (
        model.predict(
          tf.tensor(preprocess(pixels, network.preprocessing), [COUNT, SIZE, SIZE, 3]),
        ) as tf.Tensor
      ).dataSync<'float32'>(),
    );
    model.dispose();
    const expected = await expectedOf(made);
    const largest = Math.max(...expected.map((value, at) => Math.abs(value - (said[at] ?? NaN))));
    expect(largest).toBeLessThan(1e-4);
  });

  it('shows where it looked by the gradient of its own head', { timeout: 120_000 }, async () => {
    const { network } = await taken(made.files);
    const answering = await answeringOf({ network }, platform);
    const classifier = new Classifier(answering);
    const picture = pixels.slice(0, SIZE * SIZE * 3);
    const { maps } = await classifier.explained(picture, new AbortController().signal);
    // What tfjs' own differentiation says: the gradient of a logit by the features, meaned over places, weighs the maps.
    const { model, preprocessing } = answering;
    const pool = model.getLayer('global_average_pooling2d');
    const upTo = tf.model({ inputs: model.inputs, outputs: pool.input });
    const expected = tf.tidy(() => {
      const x = tf.tensor(preprocess(picture, preprocessing), [1, SIZE, SIZE, 3]);
      const features = upTo.predict(x) as tf.Tensor4D;
      const [w1, b1] = model.getLayer('hidden_1').weights.map((weight) => weight.read());
      const w2 = model.getLayer('dense').weights[0]!.read();
      return LABELS.map((_, label) => {
        const logitOf = (values: tf.Tensor): tf.Scalar => {
          const hidden = tf.relu(tf.add(tf.matMul(tf.mean<tf.Tensor2D>(values, [1, 2]), w1!), b1!));
          return tf.sum(tf.slice(tf.matMul(hidden as tf.Tensor2D, w2), [0, label], [1, 1]));
        };
        const slopes = tf.mean(tf.grad(logitOf)(features), [0, 1, 2]);
        const map = tf.relu(tf.sum(tf.mul(features, slopes), -1));
        return [...tf.divNoNan(map, tf.max(map)).dataSync()];
      }).flat();
    });
    expected.forEach((value, at) => expect(maps.values[at]).toBeCloseTo(value, 3));
    classifier.dispose();
    model.dispose();
  });

  it('is refused with the reason, where class names are missing or too few, a shard is missing or a layer unknown', async () => {
    const { 'metadata.json': metadata, ...bare } = made.files;
    const named = (labels: readonly string[]) => ({
      ...bare,
      'metadata.json': new TextEncoder().encode(
        JSON.stringify({ ...(JSON.parse(new TextDecoder().decode(metadata)) as object), labels }),
      ),
    });
    await expect(taken(bare)).rejects.toMatchObject({
      code: 'model/import-labels',
      message: expect.stringContaining('3 for what the network tells apart; none came') as string,
    });
    expect(await codeOf(taken(named(['cat', 'dog'])))).toBe('model/import-labels');
    const { 'weights.bin': _, ...shardless } = made.files;
    expect(await codeOf(taken(shardless))).toBe('model/weights-missing-shard');
    const text = new TextDecoder().decode(made.files['model.json']);
    const changed = text.replace(/("units":100,"activation":)"relu"/u, '$1"tanh"');
    expect(changed).not.toBe(text);
    await expect(
      taken({ ...made.files, 'model.json': new TextEncoder().encode(changed) }),
    ).rejects.toMatchObject({
      code: 'model/import-other-head',
      message: expect.stringContaining('dense_Dense1') as string,
    });
  });
});
