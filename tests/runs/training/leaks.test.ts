/** Whatever fails, wherever, leaves no tensor: of describing, building, inspecting, training, searching a rate, and writing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asRun } from '../../../src/engine/catalog.ts';
import type { KeptNetwork } from '../../../src/engine/kept/kept-network.ts';
import { buildNetwork, describeNetwork } from '../../../src/engine/network/network.ts';
import type { Session } from '../../../src/engine/session.ts';
import { StudioError } from '../../../src/protocol/errors.ts';
import type { RunEvent } from '../../../src/protocol/events.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { RunControl } from '../../../src/training/control.ts';
import { pickedFile } from '../../support/sets/picked-files.ts';
import { closeTabs, exportedFiles, sessionOn, tinyRecipe, train } from '../../support/session.ts';

const CLASSES = 8;

let dataFolder: string;
let session: Session;
let recipe: Recipe;
/** Of a finished run. */
let runId: string;
/** Its network's files. */
let weightFiles: File[];

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'mien-leaks-'));
  session = await sessionOn(dataFolder);
  recipe = await tinyRecipe({
    phases: [
      { name: 'head', epochs: 1, learningRate: 0.001 },
      { name: 'fineTune', epochs: 1, learningRate: 0.0003, unfreeze: 12, batchNorm: 'batch' },
    ],
  });
  ({ runId } = (await train(session, recipe)).result);
  const files = await exportedFiles(session, 'tfjs', runId);
  weightFiles = Object.entries(files).map(([name, bytes]) => pickedFile(name, bytes));
});

afterAll(async () => {
  await closeTabs();
  await rm(dataFolder, { recursive: true });
});

/** Fails as it should, and leaves as many tensors as there were. */
async function leavesNothing(fail: () => Promise<unknown>, expected: string): Promise<void> {
  const before = tf.memory().numTensors;
  const outcome = await fail().then(
    () => 'nothing was thrown',
    (error: unknown) => (error instanceof StudioError ? error.code : (error as Error).name),
  );
  expect(outcome).toBe(expected);
  expect(tf.memory().numTensors).toBe(before);
}

const withBackbone = (changes: object): Recipe => ({
  ...recipe,
  backbone: Object.assign({}, recipe.backbone, changes),
});

const tooOpen = (): Recipe => ({
  ...recipe,
  phases: [
    {
      name: 'fineTune',
      epochs: 1,
      learningRate: 0.001,
      gradientClip: null,
      unfreeze: 5000,
      batchNorm: 'batch',
    },
  ],
});

const namedWeights = (): Recipe => withBackbone({ weights: { file: 'model.json' } });

/** The same weights for another network, which has no width to be set. */
const misfit = (): Recipe => ({
  ...recipe,
  backbone: { name: 'efficientnetb0', weights: { file: 'model.json' } } as Recipe['backbone'],
});

/** The picked weights with a number that is none. */
async function damaged(): Promise<File[]> {
  return Promise.all(
    weightFiles.map(async (file) => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (file.name.endsWith('.bin')) new DataView(bytes.buffer).setFloat32(0, NaN, true);
      return pickedFile(file.name, bytes);
    }),
  );
}

describe('describing a network', () => {
  it.each([
    ['of which too much is opened', tooOpen, 'recipe/invalid'],
    ['that nobody knows', () => withBackbone({ name: 'none' }), 'recipe/unknown-backbone'],
    ['with an option that it does not have', () => withBackbone({ depth: 3 }), 'recipe/unknown-option'],
  ])('%s', async (_what, asked, code) => {
    await leavesNothing(async () => describeNetwork(asRun(asked()), CLASSES, session.platform), code);
  });

  it('where the list of downloads breaks', async () => {
    const broken = {
      ...session.platform,
      listStored: () => Promise.reject(new TypeError('the list is broken')),
    };
    const asked = withBackbone({ weights: { file: 'https://example.org/model.json' } });
    await leavesNothing(() => describeNetwork(asRun(asked), CLASSES, broken), 'TypeError');
  });
});

describe('building a network', () => {
  const build = async (asked: Recipe, files: readonly File[] = [], signal?: AbortSignal) =>
    buildNetwork(asRun(asked), CLASSES, session.platform, {
      files,
      ...(signal === undefined ? {} : { signal }),
    });

  it('of which too much is opened', () => leavesNothing(() => build(tooOpen()), 'recipe/invalid'));

  it('whose weights are not there', () =>
    leavesNothing(() => build(withBackbone({ weights: { file: 'none.h5' } })), 'data/file-missing'));

  it('whose weights are there in part', () =>
    leavesNothing(() => build(namedWeights(), weightFiles.slice(0, 1)), 'model/weights-missing-shard'));

  it('whose weights are of another', () =>
    leavesNothing(() => build(misfit(), weightFiles), 'model/weights-missing'));

  it('whose weights are no numbers', async () => {
    const files = await damaged();
    await leavesNothing(() => build(namedWeights(), files), 'model/weights-not-finite');
  });

  it('that is not wanted any more', () =>
    leavesNothing(() => build(namedWeights(), weightFiles, AbortSignal.abort()), 'AbortError'));
});

describe('inspecting weights', () => {
  const signal = new AbortController().signal;
  const inspect = (files: readonly File[], ends = signal) =>
    session.descriptions.inspect(
      recipe,
      { file: files[0]?.name ?? '' },
      { weightFiles: files, signal: ends },
    );

  it('that are none', () =>
    leavesNothing(
      () => inspect([pickedFile('holiday.h5', 'no weights at all '.repeat(40))]),
      'model/weights-unknown-format',
    ));

  it('that are not wanted any more', () =>
    leavesNothing(() => inspect(weightFiles, AbortSignal.abort()), 'AbortError'));
});

describe('training and searching for a rate', () => {
  const without = (): Recipe => ({ ...recipe, dataset: { source: 'parquet', path: 'none.parquet' } });

  const failRun = (asked: Recipe, resume?: string): Promise<unknown> =>
    train(session, asked, () => undefined, resume);
  // The trained network is on the device no more, as when a run begins.
  beforeAll(async () => {
    await session.chooseDevice('wasm');
  });

  it.each([
    ['without its set', without, 'data/file-missing'],
    ['without its weights', misfit, 'data/file-missing'],
    ['of which too much is opened', tooOpen, 'recipe/invalid'],
    ['with class weights of no class', () => ({ ...recipe, classWeights: { nobody: 2 } }), 'recipe/invalid'],
  ] as const)('%s', async (_what, asked, code) => {
    await leavesNothing(() => failRun(asked()), code);
    const search = { recipe: asked(), phaseIndex: 0 };
    const heard = { control: new RunControl(), emit: () => undefined };
    await leavesNothing(() => session.findRate(search, heard), code);
  });

  it('of a phase that there is not', () =>
    leavesNothing(
      () => session.findRate({ recipe, phaseIndex: 7 }, { control: new RunControl(), emit: () => undefined }),
      'recipe/no-such-phase',
    ));

  it('of a run that is not there', () => leavesNothing(() => failRun(recipe, 'none'), 'train/no-checkpoint'));

  it.each<RunEvent['kind']>(['device', 'dataset', 'model', 'phase', 'step', 'epoch', 'phaseEnd'])(
    'that is cancelled when it says “%s”',
    async (kind) => {
      await leavesNothing(
        () =>
          train(session, recipe, (event, control) => {
            if (event.kind === kind) control.cancel();
          }),
        'AbortError',
      );
    },
  );

  it('of a run that began with another recipe', async () => {
    const [left] = await session.runsLeft();
    await leavesNothing(() => failRun({ ...recipe, seed: 3 }, left?.runId), 'recipe/other-run');
  });
});

describe('writing a network', () => {
  beforeAll(async () => {
    await session.chooseDevice('wasm');
  });

  it('in a format that there is not, put together again', () =>
    leavesNothing(() => session.export('papyrus', runId), 'export/unknown-format'));

  it('that is not there', () => leavesNothing(() => session.export('tfjs', 'none'), 'export/no-such-run'));

  /** Keeps the run's network a second time, with something wrong. */
  const keepChanged = async (name: string, change: (network: KeptNetwork) => Partial<KeptNetwork>) => {
    const record = await session.kept.record(runId);
    await session.kept.use(runId, async (network) => {
      const changed = { ...network, ...change(network) };
      const result = { ...changed.result, runId: name };
      await session.kept.keep({ record: { ...record, result }, network: { ...changed, result } });
    });
  };

  it('that began with weights that have changed since', async () => {
    await keepChanged('changed', ({ result }) => ({
      result: { ...result, weights: { ...result.weights, sha256: 'another' } },
      // As an earlier version kept runs.
      frozen: null,
    }));
    await leavesNothing(() => session.export('tfjs', 'changed'), 'model/weights-changed');
  });

  it('that has weights with no place in it', async () => {
    await keepChanged('strange', ({ weights }) => ({
      weights: { ...weights, 'nowhere/kernel': { shape: [1], values: new Float32Array(1) } },
    }));
    await leavesNothing(() => session.export('tfjs', 'strange'), 'bug/invariant');
  });
});
