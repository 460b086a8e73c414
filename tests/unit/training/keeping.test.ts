/** What is kept of the frozen part when memory is short, and that it changes no result. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { CacheShelf } from '../../../src/engine/cache-shelf.ts';
import { FeatureChain } from '../../../src/engine/feature-chain.ts';
import { asRun } from '../../../src/engine/catalog.ts';
import { buildNetwork } from '../../../src/engine/network/network.ts';
import { PictureInput } from '../../../src/engine/set/picture-input.ts';
import { firstTrainableOf, planOf } from '../../../src/models/plan.ts';
import { Parameters } from '../../../src/models/program/parameters.ts';
import { stationsBetween } from '../../../src/models/stations.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { chooseKeeping } from '../../../src/training/cache/keeping.ts';
import { PLAIN, type View } from '../../../src/training/features.ts';
import { useBackend } from '../../support/backends.ts';
import { tinyRecipe } from '../../support/session.ts';

const LOOKS = { train: 100, validation: 50, test: 50, views: 2 };
const SPEED = { multiplyAddsPerSecond: 1e9, storedBytesPerSecond: 2e8 };
const room = (bytes: { host?: number; stored?: number }) => ({
  deviceBytes: 0,
  devicePieceBytes: 0,
  hostBytes: bytes.host ?? 0,
  storedBytes: bytes.stored ?? 0,
});
/** 1 kB, 4 kB and 4 kB a picture; most of the work is before the first. */
const STATIONS = [
  { node: 1, shape: [250], work: 8e6 },
  { node: 2, shape: [1000], work: 9e6 },
  { node: 3, shape: [1000], work: 10e6 },
];
/** All views: two of 100 pictures, and 100 plain ones. */
const PICTURES = 300;

describe('what is kept', () => {
  it.each([
    ['the waist where it fits', room({ host: PICTURES * 4000 }), { node: 3, isWhole: true }],
    ['the waist on disk where memory is full', room({ stored: PICTURES * 2000 }), { node: 3, isWhole: true }],
    ['a ledge where only that fits', room({ host: PICTURES * 1000 }), { node: 1, isWhole: true }],
  ])('is %s', (_, left, expected) => {
    const keeping = chooseKeeping(STATIONS, LOOKS, left, SPEED);
    expect({ node: keeping?.station.node, isWhole: keeping?.isWhole }).toEqual(expected);
  });

  it('is as many views of the waist as there is room for where a ledge spares less', () => {
    // The plain view and one of two: half of the training pictures' 10 ms are spared, of the ledge 1 ms of all.
    const stations = [{ node: 1, shape: [250], work: 1e6 }, ...STATIONS.slice(2)];
    const keeping = chooseKeeping(stations, LOOKS, room({ host: 200 * 4000 }), SPEED);
    expect(keeping).toMatchObject({ station: { node: 3 }, views: 2, isWhole: false, room: { hostBytes: 0 } });
  });

  it('is not read from disk on a device that computes it faster', () => {
    const fast = { ...SPEED, multiplyAddsPerSecond: 1e13 };
    const keeping = chooseKeeping(STATIONS, LOOKS, room({ stored: 1e9 }), fast);
    expect(keeping).toMatchObject({ views: 0, mayStore: false });
  });
});

describe('VGG16, most of whose waist has no room', () => {
  beforeAll(() => useBackend('wasm'));

  /** The chain of a run with this much memory, and how often it looked at pictures. */
  async function openWith(hostBytes: number) {
    const recipe = asRun(await tinyRecipe({ backbone: { name: 'vgg16', weights: 'random' } }));
    const platform = createPlatform();
    const dataset = await openDataset(recipe, platform, { onProgress: () => undefined });
    const network = await buildNetwork(recipe, 8, platform, {
      signal: new AbortController().signal,
      files: undefined,
      onProgress: () => undefined,
    });
    const looked: number[] = [];
    const read = dataset.pictures.read.bind(dataset.pictures);
    const pictures = {
      ...dataset.pictures,
      read: (rows: ArrayLike<number>, signal?: AbortSignal) => {
        looked.push(rows.length);
        return read(rows, signal);
      },
    };
    const { train, validation, test } = dataset.summary.split;
    const chain = await FeatureChain.open({
      graph: network.graph,
      parameters: new Parameters(network.model),
      firstTrainable: [0, 10].map((unfreeze) => firstTrainableOf(network.backboneLayers, unfreeze)),
      pictures: new PictureInput(pictures, network.preprocessing, recipe),
      looks: { train: train.length, validation: validation.length, test: test.length, views: 2 },
      shelf: new CacheShelf({ openStore: () => null }, hostBytes),
      cacheKey: '',
    });
    return {
      chain,
      looked,
      rows: [...train.subarray(0, 8)],
      validation: [...validation.subarray(0, 8)],
      network,
    };
  }

  async function valuesOf(
    { chain, rows, validation }: Awaited<ReturnType<typeof openWith>>,
    phase: number,
  ): Promise<Float32Array[]> {
    const features = chain.at(phase);
    const { signal } = new AbortController();
    const view: View = { kind: 'augmented', index: 0, isCached: true };
    const both = [await features.batch(rows, view, signal), await features.batch(validation, PLAIN, signal)];
    const values = await Promise.all(both.map((values) => values.data()));
    tf.dispose(both);
    return values as Float32Array[];
  }

  it('is kept at a ledge: the same values, from pictures that are looked at once', async () => {
    const roomy = await openWith(2 ** 30);
    // The waist takes 64 kB a picture, what is two layers before it 32 kB.
    const tight = await openWith(220 * 34_000);
    expect(roomy.chain.notice).toBeNull();
    const said = tight.chain.notice!;
    expect(said.code).toBe('storage/activations-not-kept');
    expect(said.message).toMatch(
      /block3_conv2 .*65\.5 kB a picture.* block2_pool .*32\.8 kB a picture.*\d+\s%/u,
    );
    for (const phase of [0, 1]) expect(await valuesOf(tight, phase)).toEqual(await valuesOf(roomy, phase));
    expect(tight.looked).toEqual([8, 8]);
    expect(await valuesOf(tight, 1)).toEqual(await valuesOf(roomy, 1));
    expect(tight.looked).toEqual([8, 8]);
  });

  it('counts the work of the network up to each of its stations', async () => {
    const { network } = await openWith(0);
    const { waist } = planOf(network.graph, firstTrainableOf(network.backboneLayers, 10));
    const stations = stationsBetween(network.graph, 0, waist).map(({ node, work }) => [
      network.graph.nodes[node]?.name.split('/')[0],
      work,
    ]);
    // At 32 x 32: 3x3 convolutions of 3, 64, 64, 128, 128, 256 channels.
    const works = [
      1024 * 27 * 64,
      1024 * 576 * 64,
      0,
      256 * 576 * 128,
      256 * 1152 * 128,
      0,
      64 * 1152 * 256,
      64 * 2304 * 256,
    ];
    const sums = works.map((_, index) => works.slice(0, index + 1).reduce((a, b) => a + b));
    const names =
      'block1_conv1 block1_conv2 block1_pool block2_conv1 block2_conv2 block2_pool block3_conv1 block3_conv2';
    expect(stations).toEqual(names.split(' ').map((name, index) => [name, sums[index]]));
  });
});
