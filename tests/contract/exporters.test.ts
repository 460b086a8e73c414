/** Every exporter of the registry: its entry is complete, and what it writes is not empty. */
import * as tf from '@tensorflow/tfjs';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../src/engine/session.ts';
import { EXPORTERS } from '../../src/exporters/registry.ts';
import type { RunResult } from '../../src/protocol/events.ts';
import { openSession, tinyRecipe, train } from '../support/session.ts';
import { shows } from '../support/shows.ts';

let session: Session;
let result: RunResult;

beforeAll(async () => {
  session = await openSession('wasm');
  ({ result } = await train(session, await tinyRecipe()));
});

describe.each(EXPORTERS.map((exporter) => [exporter.entry.name, exporter] as const))(
  '%s',
  (name, { entry }) => {
    it('says what it is', () => {
      expect(entry.label).not.toBe('');
      expect(entry.help).toMatch(/\.$/);
      expect(entry.extension).toMatch(/^[a-z0-9]+$/);
    });

    it('writes a file with the extension it names', async () => {
      const file = await session.export(name, result.runId);
      expect(file.fileName.endsWith(`.${entry.extension}`)).toBe(true);
      expect(file.bytes.length).toBeGreaterThan(1000);
      shows(`exporter ${name} writes files`);
    });
  },
);

describe('the TensorFlow.js export', () => {
  it('loads again and gives the same probabilities within 1e-5, with labels and preprocessing', async () => {
    const files = unzipSync((await session.export('tfjs', result.runId)).bytes);
    const json = JSON.parse(new TextDecoder().decode(files['model.json'])) as {
      modelTopology: object;
      weightsManifest: [{ weights: tf.io.WeightsManifestEntry[] }];
      userDefinedMetadata: {
        labels: string[];
        preprocessing: { scale: number[]; offset: number[]; order: number[] };
      };
    };
    const weights = files['weights.bin'];
    if (weights === undefined) throw new TypeError('weights.bin is in the zip');
    const model = await tf.loadLayersModel(
      tf.io.fromMemory({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest[0].weights,
        weightData: weights.slice().buffer,
      }),
    );
    const { labels, preprocessing } = json.userDefinedMetadata;
    expect(labels).toEqual(result.test?.labels);
    const rows = result.test?.rows ?? new Uint32Array();
    const { rgba, size } = await session.set.pictures([...rows]);
    const input = Float32Array.from({ length: rows.length * size * size * 3 }, (_, index) => {
      const channel = index % 3;
      const value = rgba[Math.floor(index / 3) * 4 + (preprocessing.order[channel] ?? 0)] ?? 0;
      return value * (preprocessing.scale[channel] ?? 0) + (preprocessing.offset[channel] ?? 0);
    });
    const probabilities = tf.tidy(
      () => model.predict(tf.tensor4d(input, [rows.length, size, size, 3])) as tf.Tensor,
    );
    const actual = await probabilities.data();
    result.test?.probabilities.forEach((value, index) => {
      expect(Math.abs(value - (actual[index] ?? NaN))).toBeLessThan(1e-5);
    });
    shows("exporter tfjs writes what its format's own library loads, with the same answers");
  });
});
