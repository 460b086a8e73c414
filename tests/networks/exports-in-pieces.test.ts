/**
 * A network is taken home in pieces: no file and no network is there as a whole while it is written, and what is computed
 * for its proof is given up as it goes.
 */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ExportedFile } from '../../src/exporters/exporter.ts';
import { imitated } from '../../src/exporters/litert/imitate.ts';
import { integerGraph } from '../../src/exporters/litert/integers.ts';
import { tfliteGraph } from '../../src/exporters/litert/graph.ts';
import { load, rangesOf } from '../../src/exporters/network/run.ts';
import { Packing } from '../../src/exporters/package/package.ts';
import { EXPORTERS } from '../../src/exporters/registry.ts';
import { variablesOf } from '../../src/models/weights/fill-model.ts';
import { trainedNetwork } from '../support/exports/networks.ts';

/** What is at most this large may be held. */
const SMALL_BYTES = 2 ** 16;

/** The library that every export to TensorFlow.js carries: no network's. */
const LIBRARY = 'page/tensorflow.js';

let packing: Packing;
let largest = 0;

/** Bytes of large weights that were read since the count began. */
let readBytes = 0;

beforeAll(async () => {
  const trained = await trainedNetwork(
    { name: 'mobilenetv2', alpha: 0.35, weights: 'random' },
    64,
    'head alone',
  );
  // Few pictures: a proof is as large as they are, whatever the network.
  packing = new Packing(trained.input, trained.platform, 4);
  for (const { variable, shape } of variablesOf(packing.input.model)) {
    const bytes = shape.reduce((product, side) => product * side, 4);
    largest = Math.max(largest, bytes);
    const read = variable.read.bind(variable);
    variable.read = () => {
      if (bytes > SMALL_BYTES) readBytes += bytes;
      return read();
    };
  }
}, 120_000);

const formats = EXPORTERS.filter(({ entry }) => entry.bytesPerParameter > 0);

describe.each(formats.map((exporter) => [exporter.entry.name, exporter] as const))('%s', (_, exporter) => {
  let files: readonly ExportedFile[];
  let rounded: ReadonlySet<string>;

  beforeAll(async () => {
    ({ files } = await packing.files(exporter));
    const { models } = await exporter.write(packing.input);
    rounded = new Set(models.flatMap(({ path, precision }) => (precision === 'float32' ? [] : path)));
  }, 120_000);

  it('gives no piece that is larger than the largest weight', async () => {
    for (const { path, chunks } of files) {
      if (path === LIBRARY) continue;
      for await (const { length } of chunks()) expect(length, path).toBeLessThan(largest + SMALL_BYTES);
    }
  });

  it('reads a weight when its turn comes, and none ahead', async () => {
    let all = 0;
    for (const { path, chunks } of files) {
      // How a weight is rounded is found before the first byte.
      if (rounded.has(path)) continue;
      readBytes = 0;
      let given = 0;
      for await (const { length } of chunks()) {
        expect(readBytes, path).toBeLessThanOrEqual(given + largest);
        given += length;
      }
      all += readBytes;
    }
    expect(all).toBeGreaterThan(packing.input.model.countParams());
  });
});

describe('a network that answers', () => {
  const picture = new Uint8Array(64 * 64 * 3).map((_, index) => index % 251);

  /** Bytes of all values of a network. */
  const valuesOf = ({ input }: Packing): number =>
    input.network.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 4), 0);

  /** The most that the device held while something ran, above what it held before. */
  const mostOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(async () => {
      await work();
      return tf.scalar(0);
    });
    return peakBytes - before;
  };

  const loaded: (() => void)[] = [];
  afterEach(() => {
    for (const dispose of loaded.splice(0)) dispose();
  });

  it('as its file is rounded holds a few of its values at a time', async () => {
    const { network } = packing.input;
    const { predict, dispose } = await load(network, 'float16');
    loaded.push(dispose);
    expect(await mostOf(() => predict(picture))).toBeLessThan(valuesOf(packing) / 2);
  });

  it('in whole numbers, and while it is told between what its values lie, too', async () => {
    const { network, model } = packing.input;
    const weights = 4 * model.countParams();
    const pictures = async function* () {
      yield await Promise.resolve(picture);
    };
    let ranges: Awaited<ReturnType<typeof rangesOf>> = [];
    const forRanges = await mostOf(async () => {
      ranges = await rangesOf(network, pictures());
    });
    expect(forRanges - weights).toBeLessThan(valuesOf(packing) / 2);
    const graph = await integerGraph(await tfliteGraph(network, 'float32'), ranges);
    const { predict, dispose } = await imitated(graph);
    loaded.push(dispose);
    expect(await mostOf(() => predict(picture))).toBeLessThan(valuesOf(packing) / 2);
  });
});
