/** What is given up leaves the page as it was before. */
import { expect, it } from 'vitest';
import { Studio } from '../../../src/store/studio.ts';
import { pickedFile } from '../../support/sets/picked-files.ts';
import { fakeEngine } from './fake-engine.ts';
import { dataset, result } from './samples.ts';

it('goes back whole where another set is given up: recipe, files, and what was found of the one before', async () => {
  const { engine, asked } = fakeEngine(['openDataset']);
  const studio = new Studio(engine, 'auto');
  const started = studio.start('');
  const opens = () => asked.filter(({ kind }) => kind === 'openDataset');
  await expect.poll(() => opens().length).toBe(1);
  opens()[0]?.answer(dataset);
  await started;
  const files = [pickedFile('faces/glad/1.png', ''), pickedFile('faces/sad/2.png', '')];
  studio.edit((recipe) => ({ ...recipe, dataset: { source: 'folder', path: 'faces' } }), { files });
  await expect.poll(() => opens().length).toBe(2);
  opens()[1]?.answer(dataset);
  await expect.poll(() => studio.store.getState().dataset.status).toBe('ready');
  await studio.train();
  const notice = {
    code: 'storage/full',
    message: 'No room',
    hint: '',
    retryable: false,
    cause: null,
  } as const;
  engine.onLate({ kind: 'notice', of: 'set', notice });
  const before = studio.store.getState();
  // Two others are chosen, one after the other, and the recipe is edited beside that.
  studio.choosePreset('paper');
  studio.edit((recipe) => ({ ...recipe, batchSize: 8 }));
  await expect.poll(() => opens().length).toBe(3);
  studio.edit((recipe) => ({ ...recipe, dataset: { source: 'stored' } }));
  await expect.poll(() => opens().length).toBe(4);
  expect(studio.store.getState()).toMatchObject({ run: { kind: 'idle' }, notices: [] });
  const cancelled = studio.cancelOpening();
  for (const open of opens().slice(2)) open.refuse(new DOMException('Cancelled', 'AbortError'));
  await cancelled;
  const { model: _, ...after } = studio.store.getState();
  const { model: _before, ...whole } = before;
  expect(after).toEqual(whole);
  expect(opens()).toHaveLength(4);
  // The files that were picked for it are those of its next run.
  await studio.train();
  expect(asked.filter(({ kind }) => kind === 'train').at(-1)?.input).toMatchObject({ files });
});

it('gives up what is only being prepared when it is stopped, and the run before is back', async () => {
  const { engine, asked } = fakeEngine(['train']);
  const studio = new Studio(engine, 'auto');
  await studio.start('');
  const first = studio.train();
  asked.findLast(({ kind }) => kind === 'train')?.answer(result);
  await first;
  const { run: before } = studio.store.getState();
  expect(before.kind).toBe('finished');
  const second = studio.train();
  const call = asked.findLast(({ kind }) => kind === 'train');
  studio.stop();
  expect(call?.controls).toEqual(['cancel']);
  call?.refuse(new DOMException('Cancelled', 'AbortError'));
  await second;
  expect(studio.store.getState().run).toBe(before);
});
