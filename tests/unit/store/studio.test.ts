/** The actions: what is asked of the engine, in which order, and what is not asked twice. */
import { describe, expect, it, vi } from 'vitest';
import { StudioError } from '../../../src/protocol/errors.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { Studio } from '../../../src/store/studio.ts';
import { pickedFile } from '../../support/sets/picked-files.ts';
import { fakeEngine } from './fake-engine.ts';
import { dataset, device, leftRun, model, phaseEvent, result } from './samples.ts';

describe('the studio', () => {
  it('shows device, network and set before any click', async () => {
    const { engine, kinds } = fakeEngine();
    const studio = new Studio(engine, 'auto');
    await studio.start('');
    expect(kinds().slice(0, 3)).toEqual(['chooseDevice', 'describeModel', 'openDataset']);
    expect(kinds().slice(3)).toEqual(['listKept', 'listQueue', 'listRuns']);
    const state = studio.store.getState();
    expect([state.device.status, state.dataset.status, state.model.status]).toEqual([
      'ready',
      'ready',
      'ready',
    ]);
  });

  it('opens the set that was taken last, also while the network is still being described', async () => {
    const { engine, asked } = fakeEngine(['describeModel']);
    const studio = new Studio(engine, 'auto');
    const started = studio.start('');
    const setsAsked = (): unknown[] =>
      asked.flatMap(({ kind, input }) =>
        kind === 'openDataset' ? [(input as { recipe: Recipe }).recipe.dataset.source] : [],
      );
    await vi.waitFor(() => expect(asked.some(({ kind }) => kind === 'describeModel')).toBe(true));
    studio.edit((recipe) => ({ ...recipe, dataset: { source: 'stored' } }));
    await vi.waitFor(() => expect(setsAsked()).toEqual(['stored']));
    for (const request of asked) if (request.kind === 'describeModel') request.answer(model);
    await vi.waitFor(() => expect(studio.store.getState().model.status).toBe('ready'));
    await started;
    expect(setsAsked()).toEqual(['stored']);
  });

  it('shows what is found of a set after it was opened', async () => {
    const { engine } = fakeEngine();
    const studio = new Studio(engine, 'auto');
    await studio.start('');
    const notice = {
      code: 'storage/full',
      message: 'No room',
      hint: '',
      retryable: false,
      cause: null,
    } as const;
    engine.onLate({ kind: 'notice', of: 'set', notice });
    expect(studio.store.getState().notices).toEqual([notice]);
  });

  it('opens the set anew only for what changes its pictures', async () => {
    const { engine, asked, kinds } = fakeEngine();
    const studio = new Studio(engine, 'auto');
    await studio.start('');
    asked.length = 0;
    studio.edit((recipe) => ({ ...recipe, batchSize: 8 }));
    await studio.refresh();
    expect(kinds()).toEqual([]);
    studio.edit((recipe) => ({ ...recipe, image: { ...recipe.image, size: 64 } }));
    await studio.refresh();
    expect(kinds()).toEqual(['openDataset', 'describeModel']);
  });

  it('refuses an edit that is not a recipe and keeps the one before', async () => {
    const studio = new Studio(fakeEngine().engine, 'auto');
    await studio.start('');
    const before = studio.store.getState().recipe;
    expect(studio.edit((recipe) => ({ ...recipe, batchSize: 0 }))?.code).toBe('recipe/invalid');
    expect(studio.store.getState().recipe).toBe(before);
  });

  it('says a bad link and takes the first preset', async () => {
    const studio = new Studio(fakeEngine().engine, 'auto');
    await studio.start('#no-such-thing');
    expect(studio.store.getState()).toMatchObject({
      preset: 'quick-look',
      linkError: { code: 'recipe/unknown-preset' },
    });
  });

  it('says why the worker did not start', async () => {
    const { engine } = fakeEngine();
    const cause = new StudioError({ code: 'bug/worker-failed', message: 'm', hint: 'h' });
    const studio = new Studio({ ...engine, ready: Promise.reject(cause) }, 'auto');
    await studio.start('');
    expect(studio.store.getState()).toMatchObject({
      engine: 'failed',
      engineError: { code: 'bug/worker-failed' },
    });
  });

  it('trains, hears its events, and hands control through', async () => {
    const { engine, asked } = fakeEngine(['train']);
    const studio = new Studio(engine, 'auto');
    await studio.start('');
    const done = studio.train();
    const run = asked.at(-1);
    run?.emit(phaseEvent);
    expect(studio.store.getState().run.kind).toBe('running');
    studio.runs.pause();
    studio.runs.resume();
    studio.runs.stop();
    expect(run?.controls).toEqual(['pause', 'resume', 'stop']);
    expect(studio.edit((recipe) => ({ ...recipe, batchSize: 8 }))).toBeNull();
    expect(studio.store.getState().recipe?.batchSize).toBe(32);
    run?.answer(result);
    await done;
    expect(studio.store.getState().run.kind).toBe('finished');
  });

  it('asks for a learning rate of its recipe, shows what that told of the network, and leaves all else', async () => {
    const { engine, asked } = fakeEngine(['findRate']);
    const studio = new Studio(engine, 'auto');
    await studio.start('');
    await studio.train();
    const before = studio.store.getState();
    const heard: string[] = [];
    const call = studio.findRate(1, ({ kind }) => heard.push(kind));
    const search = asked.at(-1);
    expect(search).toMatchObject({ kind: 'findRate', input: { recipe: before.recipe, phaseIndex: 1 } });
    const loaded = { ...model, weights: { ...model.weights, hereBytes: 5 } };
    search?.emit({ kind: 'model', model: loaded });
    search?.emit(phaseEvent);
    expect(heard).toEqual(['model', 'phase']);
    call.control('cancel');
    expect(search?.controls).toEqual(['cancel']);
    const { model: shown, ...others } = studio.store.getState();
    const { model: _, ...othersBefore } = before;
    expect(shown.value).toEqual(loaded);
    expect(others).toEqual(othersBefore);
  });

  it('offers the run that was left last, goes on with it as it began, and then offers the one before', async () => {
    const { engine, asked } = fakeEngine(['train', 'listRuns']);
    const studio = new Studio(engine, 'auto');
    const started = studio.start('');
    const lists = () => asked.filter(({ kind }) => kind === 'listRuns');
    await expect.poll(() => lists().length).toBe(1);
    lists()[0]?.answer([leftRun, { ...leftRun, runId: 'older' }]);
    await started;
    expect(studio.store.getState().left).toBe(leftRun);
    const weightFiles = [new File([], 'faces.h5')];
    const done = studio.resumeRun(leftRun, { weightFiles });
    const run = asked.at(-1);
    expect(run).toMatchObject({
      kind: 'train',
      input: { recipe: leftRun.recipe, resume: 'r7', weightFiles },
    });
    expect(studio.store.getState().recipe).toBe(leftRun.recipe);
    run?.answer(result);
    await expect.poll(() => lists().length).toBe(2);
    lists()[1]?.answer([{ ...leftRun, runId: 'older' }]);
    await done;
    expect(studio.store.getState().left?.runId).toBe('older');
  });

  it('keeps the network of a run that failed, by going on with it only to stop it', async () => {
    const { engine, asked } = fakeEngine(['train']);
    const studio = new Studio(engine, 'auto');
    await studio.start('');
    const failed = studio.train();
    const files = [new File([], 'mine.zip')];
    const failure = new StudioError({ code: 'train/not-finite', message: 'm', hint: 'h' });
    asked.at(-1)?.refuse(failure);
    await failed;
    const done = studio.keepNetwork({ ...leftRun, failure: failure.toWire() }, { files });
    const run = asked.at(-1);
    expect(run).toMatchObject({ kind: 'train', input: { resume: 'r7', files }, controls: ['stop'] });
    expect(studio.store.getState().run.kind).toBe('stopping');
    run?.answer({ ...result, stopped: true });
    await done;
    expect(studio.store.getState().run).toMatchObject({ kind: 'finished', result: { stopped: true } });
  });

  it('discards a run that was left, and offers none where storage cannot be read', async () => {
    const { engine, asked } = fakeEngine(['listRuns']);
    const studio = new Studio(engine, 'auto');
    const started = studio.start('');
    await expect.poll(() => asked.at(-1)?.kind).toBe('listRuns');
    asked.at(-1)?.answer([leftRun]);
    await started;
    const discarded = studio.runs.discard(leftRun);
    expect(asked.at(-1)?.input).toEqual({ discard: 'r7' });
    asked.at(-1)?.refuse(new StudioError({ code: 'storage/unavailable', message: 'm', hint: 'h' }));
    await discarded;
    expect(studio.store.getState().left).toBeNull();
  });

  it('goes back to the set that a choice overtook, when that choice cannot be opened', async () => {
    const { engine, asked } = fakeEngine(['openDataset']);
    const studio = new Studio(engine, 'auto');
    const started = studio.start('');
    const opens = () => asked.filter(({ kind }) => kind === 'openDataset');
    await expect.poll(() => opens().length).toBe(1);
    studio.choosePreset('paper');
    await expect.poll(() => opens().length).toBe(2);
    opens()[0]?.refuse(new DOMException('Cancelled', 'AbortError'));
    opens()[1]?.refuse(new StudioError({ code: 'net/unreachable', message: 'm', hint: 'h' }));
    await expect.poll(() => opens().length).toBe(3);
    expect(opens()[2]?.input).toMatchObject({ recipe: { dataset: { source: 'sample' } } });
    opens()[2]?.answer(dataset);
    await started;
    await expect.poll(() => studio.store.getState().dataset.value).toBe(dataset);
    // Why the other one did not open stays to be read; the rest of the recipe is what was chosen.
    const { recipe, dataset: shown } = studio.store.getState();
    expect(shown.error?.code).toBe('net/unreachable');
    expect(recipe?.dataset.source).toBe('sample');
    expect(recipe?.augmentation.views).toBe('fresh');
  });

  it('opens a folder anew that is picked again with other paths, and takes what was found of the old one away', async () => {
    const { engine, kinds } = fakeEngine();
    const studio = new Studio(engine, 'auto');
    await studio.start('');
    const pick = (label: string): void => {
      const files = [pickedFile(`faces/${label}/1.png`, ''), pickedFile('faces/sad/2.png', '')];
      studio.edit((recipe) => ({ ...recipe, dataset: { source: 'folder', path: 'faces' } }), { files });
    };
    const opened = (): number => kinds().filter((kind) => kind === 'openDataset').length;
    pick('glad');
    await expect.poll(opened).toBe(2);
    await studio.train();
    expect(studio.store.getState().run.kind).toBe('finished');
    pick('glad');
    expect(studio.store.getState().run.kind).toBe('finished');
    pick('cross');
    expect(studio.store.getState().run.kind).toBe('idle');
    await expect.poll(opened).toBe(3);
  });

  it('drops the answer that was overtaken', async () => {
    const { engine, asked } = fakeEngine(['chooseDevice']);
    const studio = new Studio(engine, 'auto');
    const started = studio.start('');
    await Promise.resolve();
    const again = studio.chooseBackend('cpu');
    const [first, second] = asked;
    expect(first?.controls).toEqual(['cancel']);
    second?.answer({ ...device, backend: 'cpu' });
    first?.answer(device);
    await Promise.all([started, again]);
    expect(studio.store.getState().device.value?.backend).toBe('cpu');
  });

  it('clears what a run found when the set is another', async () => {
    const studio = new Studio(fakeEngine().engine, 'auto');
    await studio.start('');
    await studio.train();
    expect(studio.store.getState().run.kind).toBe('finished');
    studio.edit((recipe) => ({ ...recipe, batchSize: 8 }));
    expect(studio.store.getState().run.kind).toBe('finished');
    studio.edit((recipe) => ({ ...recipe, split: { ...recipe.split, seed: 1 } }));
    expect(studio.store.getState().run.kind).toBe('idle');
  });
});
