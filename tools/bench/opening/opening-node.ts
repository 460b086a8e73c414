/**
 * Opens a large set twice as the headless command does, and then reads it twice through in batches. A process of its own,
 * so that its memory is its own: it is given the file and a folder, and sends what it measured to the process that
 * started it.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { PictureStore } from '../../../src/data/dataset.ts';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { Session } from '../../../src/engine/session.ts';
import { shuffledRange } from '../../../src/lib/random.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import { parseRecipe, type Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { wasmInNode } from '../../train/backends.ts';
import { median } from '../bench.ts';
import { runRecipe } from '../runs/mien-run.ts';
import type { Opening, Openings } from './opening.ts';
import { privateBytes, watchMost } from '../processes.ts';

const BATCH = 32;

/** A platform that counts the pictures that it is to decode, here or in a thread. */
function countDecoding(real: Platform): { readonly platform: Platform; readonly decoded: () => number } {
  let count = 0;
  const platform: Platform = {
    ...real,
    decodePicture: (encoded) => {
      count += 1;
      return real.decodePicture(encoded);
    },
    startPictureThread: (listener) => {
      const thread = real.startPictureThread(listener);
      return {
        ...thread,
        post: (message, transfer) => {
          count += 1;
          thread.post(message, transfer);
        },
      };
    },
  };
  return { platform, decoded: () => count };
}

async function open(recipe: Recipe, dataFolder: string): Promise<Opening & { readonly store: PictureStore }> {
  const { platform, decoded } = countDecoding(createPlatform({ dataFolder }));
  const mostBytes = watchMost(() => privateBytes(process.pid), 100);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { pictures } = await openDataset(recipe, platform, { onProgress: () => undefined });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  const { count } = pictures;
  return {
    pictures: count,
    seconds,
    cpuSeconds,
    processBytes: mostBytes(),
    decoded: decoded(),
    store: pictures,
  };
}

/** The median time of a batch, reading the set once through in an order of its own. */
async function readEpoch(pictures: PictureStore, epoch: number): Promise<number> {
  const order = shuffledRange(pictures.count, epoch, 'bench import');
  const times: number[] = [];
  for (let at = 0; at < order.length; at += BATCH) {
    const start = performance.now();
    await pictures.read(order.subarray(at, at + BATCH));
    times.push(performance.now() - start);
  }
  return median(times);
}

/** Memory that scripts and their buffers take in this thread, garbage that was not collected yet included. */
function heapBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Seconds that a run of one epoch of the head takes, from before its set is opened. */
async function trainAt96(dataFolder: string): Promise<number> {
  const small = parseRecipe({
    ...recipe,
    image: { ...recipe.image, size: 96 },
    augmentation: { ...recipe.augmentation, views: 1 },
    backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' },
    phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
  });
  const session = new Session(createPlatform({ dataFolder, baseFolder: process.cwd() }), wasmInNode());
  await session.chooseDevice('wasm');
  const start = performance.now();
  await runRecipe(session, small);
  return (performance.now() - start) / 1000;
}

const [path = '', folder = ''] = process.argv.slice(2);
const paper = JSON.parse(readFileSync('public/recipes/paper.json', 'utf8')) as object;
const recipe = parseRecipe({ ...paper, dataset: { source: 'parquet', path } });
const mostHeap = watchMost(heapBytes, 50);
const first = await open(recipe, folder);
const second = await open(recipe, folder);
const most = mostHeap();
const batchMs = {
  firstEpoch: await readEpoch(second.store, 1),
  secondEpoch: await readEpoch(second.store, 2),
};
const otherSize = {
  knownSeconds: await trainAt96(folder),
  anewSeconds: await trainAt96(await mkdtemp(join(folder, 'anew-'))),
};
const openings: Openings = {
  first: figures(first),
  second: figures(second),
  heapBytes: most,
  batchMs,
  otherSize,
};
process.send?.(openings);

function figures({ store: _, ...opening }: Opening & { readonly store: PictureStore }): Opening {
  return opening;
}
