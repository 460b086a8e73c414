/** The frozen part of a small network on a few pictures, with as much room as a test gives it. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { asRun } from '../../../src/engine/catalog.ts';
import { buildNetwork } from '../../../src/engine/network/network.ts';
import { PictureInput } from '../../../src/engine/set/picture-input.ts';
import { firstTrainableOf } from '../../../src/frozen/cut.ts';
import { PLAIN, type FrozenFeatures, type View } from '../../../src/frozen/frozen-features.ts';
import { FrozenPart, type FrozenPartOptions } from '../../../src/frozen/frozen-part.ts';
import { SessionCaches } from '../../../src/frozen/session-caches.ts';
import { Parameters } from '../../../src/models/program/parameters.ts';
import type { ByteStore } from '../../../src/platform/stores/byte-store.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { tinyRecipe } from '../session.ts';

/** A set, and a network on the current backend. */
export interface Prepared {
  readonly options: Omit<FrozenPartOptions, 'precision' | 'caches'>;
  /** How many pictures were read each time. */
  readonly reads: number[];
  readonly train: readonly number[];
  readonly validation: readonly number[];
  dispose(): void;
}

/** @param unfreeze of the phase that comes after the head's */
export async function prepareFrozen(unfreeze: number, changes: Partial<Recipe> = {}): Promise<Prepared> {
  // Weights that see: what random ones make of pictures is next to nothing.
  const backbone = { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' } as const;
  const recipe = asRun(await tinyRecipe({ backbone, ...changes }));
  const platform = createPlatform();
  const dataset = await openDataset(recipe, platform, { onProgress: () => undefined });
  const network = await buildNetwork(recipe, 8, platform, {
    signal: new AbortController().signal,
    files: undefined,
    onProgress: () => undefined,
  });
  const reads: number[] = [];
  const pictures = {
    ...dataset.pictures,
    read: (rows: ArrayLike<number>, signal?: AbortSignal) => {
      reads.push(rows.length);
      return dataset.pictures.read(rows, signal);
    },
  };
  const parameters = new Parameters(network.model);
  const { train, validation, test } = dataset.summary.split;
  return {
    options: {
      graph: network.graph,
      parameters,
      firstTrainable: [0, unfreeze].map((open) => firstTrainableOf(network.backboneLayers, open)),
      input: new PictureInput(pictures, network.preprocessing, recipe),
      pictures: dataset.pictures,
      counts: { train: train.length, validation: validation.length, test: test.length, views: 2 },
      cacheKey: '',
    },
    reads,
    train: [...train.subarray(0, 8)],
    validation: [...validation.subarray(0, 8)],
    dispose() {
      parameters.dispose();
      network.model.dispose();
    },
  };
}

export interface Room {
  readonly memoryBytes: number;
  /** Null for none. */
  readonly disk?: Pick<Platform, 'openStore' | 'owned'>;
}

const NO_DISK = createPlatform();

/** Runs `work` on the frozen part with so much room, and frees it. */
export async function withFrozen<Value>(
  { options }: Prepared,
  { memoryBytes, disk = NO_DISK }: Room,
  precision: Recipe['cache'],
  work: (part: FrozenPart) => Promise<Value>,
): Promise<Value> {
  const caches = new SessionCaches(disk, memoryBytes);
  const part = await FrozenPart.open({ ...options, precision, caches });
  try {
    return await work(part);
  } finally {
    part.dispose();
    await caches.clear();
  }
}

/** A disk, and its store of activations. */
export async function newDisk(): Promise<{ disk: Pick<Platform, 'openStore' | 'owned'>; store: ByteStore }> {
  const platform = createPlatform({ dataFolder: await mkdtemp(join(tmpdir(), 'frozen-')) });
  const store = platform.openStore('activations');
  if (store === null) throw new TypeError('Node keeps files');
  return { disk: { openStore: () => store, owned: platform.owned }, store };
}

/** The second augmented view, as one that is kept. */
export const SECOND: View = { kind: 'augmented', index: 1, isCached: true };

const { signal } = new AbortController();

/** What pictures have at a cut: asked for together with others, and then again in another company. */
export async function valuesAt(
  features: FrozenFeatures,
  { train, validation }: Prepared,
): Promise<Float32Array[]> {
  const values: Float32Array[] = [];
  for (const [rows, view] of [
    [train, SECOND],
    [validation, PLAIN],
  ] as const) {
    await features.keep(rows, view, signal);
    const asked = [5, 2, 7].map((index) => rows[index] ?? 0);
    const batch = await features.batch(asked, view, signal);
    values.push(Float32Array.from(await batch.data()));
    batch.dispose();
  }
  return values;
}
