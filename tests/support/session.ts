/** A session in Node on a given backend, and recipes small enough for tests. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { runsLeft } from '../../src/engine/checkpoints/resumable.ts';
import { Session } from '../../src/engine/session.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { isAbort } from '../../src/protocol/errors.ts';
import type { ResumableRun, RunEvent, RunResult } from '../../src/protocol/events.ts';
import { parseRecipe, type Recipe, type WrittenRecipe } from '../../src/protocol/recipe/recipe.ts';
import { RunControl } from '../../src/training/control.ts';
import { wasmInNode } from '../../tools/train/backends.ts';

/** Quick look with few pictures, small and short, and random weights: seconds on two cores. */
export async function tinyRecipe(changes: Partial<WrittenRecipe> = {}): Promise<Recipe> {
  const quickLook = JSON.parse(await readFile('public/recipes/quick-look.json', 'utf8')) as WrittenRecipe;
  return parseRecipe({
    ...quickLook,
    dataset: { source: 'sample', pictures: 80 },
    image: { size: 32, resize: 'bilinear' },
    augmentation: { horizontalFlip: true, rotationDegrees: 10, views: 2 },
    backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'random' },
    batchSize: 16,
    phases: [
      { name: 'head', epochs: 2, learningRate: 0.001 },
      { name: 'fineTune', epochs: 2, learningRate: 0.0003, unfreeze: 12, batchNorm: 'inference' },
    ],
    ...changes,
  });
}

/** One whose BatchNorm averages leave the numbers in its second phase; losses on batches, which do not use them, stay numbers. */
export const leavingTheNumbers = (): Promise<Recipe> =>
  tinyRecipe({
    split: { train: 0.8, validation: 0, test: 0.2, seed: 1 },
    earlyStopping: null,
    phases: [
      { name: 'head', epochs: 2, learningRate: 0.001 },
      {
        name: 'fineTune',
        epochs: 3,
        learningRate: 10,
        unfreeze: 40,
        batchNorm: 'batch',
        optimizer: { name: 'sgd', momentum: 0.9 },
      },
    ],
  });

export async function openSession(backend: 'cpu' | 'wasm' | 'webgpu'): Promise<Session> {
  const session = new Session(createPlatform(), wasmInNode(1));
  await session.chooseDevice(backend);
  return session;
}

/** Trains and collects the events. @param now the run's clock, in ms */
export async function train(
  session: Session,
  recipe: Recipe,
  onEvent: (event: RunEvent, control: RunControl) => void = () => undefined,
  resume?: string,
  now?: () => number,
): Promise<{ result: RunResult; events: RunEvent[] }> {
  const events: RunEvent[] = [];
  const emit = (event: RunEvent): void => {
    events.push(event);
    onEvent(event, control);
  };
  const control = new RunControl((state) => {
    emit({ kind: 'state', state });
  }, now);
  const result = await session.train(recipe, { control, emit, ...(resume === undefined ? {} : { resume }) });
  return { result, events };
}

/** Each weight of the trained network as a hash: an assertion compares millions of numbers in a minute. */
export const weightsOf = (session: Session): string[] =>
  session.trainedNetwork().model.weights.map((weight) => hashOf(weight.read().dataSync() as Float32Array));

/** As in {@link weightsOf}. */
export const hashOf = (bytes: Uint8Array | Float32Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** The files of a run's network in a format, as its zip has them. */
export async function exportedFiles(
  session: Session,
  format: string,
  runId: string,
): Promise<Record<string, Uint8Array>> {
  const { blob } = await session.export(format, runId);
  return unzipSync(new Uint8Array(await blob.arrayBuffer()));
}

/** Sessions on folders that are open. */
const tabs = new Set<Session>();

/** A session on wasm as a new tab has it: nothing but what is stored in a folder. Close it before the folder goes. */
export async function sessionOn(dataFolder: string): Promise<Session> {
  const session = new Session(createPlatform({ dataFolder }), wasmInNode(1));
  tabs.add(session);
  await session.chooseDevice('wasm');
  return session;
}

/** Closes all that {@link sessionOn} opened, as tabs are closed. */
export async function closeTabs(): Promise<void> {
  await Promise.all([...tabs].map((session) => session.close()));
  tabs.clear();
}

/** The runs that can go on there. */
export const runsOf = (session: Session): Promise<ResumableRun[]> => runsLeft(session.platform);

/** A run that is broken off in its second phase, after one epoch of it, and goes on in another tab. */
export async function brokenOff(
  recipe: Recipe,
): Promise<{ readonly left: ResumableRun | undefined; readonly result: RunResult }> {
  const folder = await mkdtemp(join(tmpdir(), 'mien-broken-off-'));
  try {
    const cancelled = train(await sessionOn(folder), recipe, (event, control) => {
      if (event.kind === 'step' && event.phaseIndex === 1 && event.epoch === 2) control.cancel();
    });
    await cancelled.then(
      () => {
        throw new TypeError('The run was to be broken off in its second phase; it came to its end.');
      },
      (error: unknown) => {
        if (!isAbort(error)) throw error;
      },
    );
    await closeTabs();
    const session = await sessionOn(folder);
    const [left] = await runsOf(session);
    const { result } = await train(session, recipe, undefined, left?.runId);
    return { left, result };
  } finally {
    await closeTabs();
    await rm(folder, { recursive: true });
  }
}
