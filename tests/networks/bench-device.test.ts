/** What `npm run bench -- --only device` measures of a network, on a small one. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { startDevice } from '../../src/engine/device/device.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { table } from '../../tools/bench/bench.ts';
import { networkRows } from '../../tools/bench/device/networks.ts';
import { wasmInNode } from '../../tools/train/backends.ts';

it('has steps and answers beside tfjs’, and leaves no tensor', async () => {
  const { report } = await startDevice('wasm', { platform: createPlatform(), wasm: wasmInNode(2) });
  const before = tf.memory().numTensors;
  const peak = { flops: 30, against: `the peak of ${report.label}` };
  const small = { backbone: 'mobilenetv2', options: { alpha: 0.35 }, size: 32, batch: 2, unfreeze: 12 };
  const rows = await networkRows(small, report, peak, {
    quick: true,
    parts: [],
    say: () => undefined,
    print: () => undefined,
  });
  expect(rows.map(({ against }) => against)).toEqual([
    'tfjs trainOnBatch',
    'tfjs trainOnBatch',
    'tfjs predict',
    peak.against,
  ]);
  for (const { mien, other } of rows) {
    expect(mien).toBeGreaterThan(0);
    expect(other).toBeGreaterThan(0);
  }
  expect(table(rows)).toContain('mobilenetv2 0.35 at 32 px on wasm · 2 threads: one answer');
  expect(tf.memory().numTensors).toBe(before);
});
