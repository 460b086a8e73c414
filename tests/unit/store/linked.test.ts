/** A link fetches nothing before the user agrees. */
import { expect, it } from 'vitest';
import { awaitedOf } from '../../../src/store/awaited.ts';
import { Studio } from '../../../src/store/studio.ts';
import { fakeEngine } from './fake-engine.ts';
import { recipe } from './samples.ts';

const HUB = '#quick-look&dataset={"source":"hub","repo":"classroom/faces","endpoint":"https://hub.example"}';

const started = async (hash: string, agreed = new Set<string>()) => {
  const { engine, asked } = fakeEngine(['openDataset']);
  const studio = new Studio(engine, 'auto', agreed);
  void studio.start(hash);
  await expect.poll(() => studio.store.getState().device.value).not.toBeNull();
  return { studio, asked, kinds: () => asked.map(({ kind }) => kind) };
};

it('of a set on a server, which is opened when that is agreed to, and after a reload', async () => {
  const agreed = new Set<string>();
  const { studio, kinds } = await started(HUB, agreed);
  await expect.poll(kinds).toContain('describeModel');
  expect(kinds()).not.toContain('openDataset');
  void studio.agree();
  await expect.poll(kinds).toContain('openDataset');
  const again = await started(HUB, agreed);
  await expect.poll(again.kinds).toContain('openDataset');
});

it('which can be left', async () => {
  const { studio, kinds } = await started(HUB);
  await expect.poll(() => studio.store.getState().linked).not.toBeNull();
  await studio.cancelOpening();
  await expect.poll(kinds).toContain('openDataset');
  expect(studio.store.getState().recipe?.dataset.source).toBe('sample');
});

it('while a set that is here is opened at once; where that is given up, nothing else is chosen', async () => {
  const { studio, asked } = await started('#quick-look&dataset.pictures=1200');
  const opening = () => asked.find(({ kind }) => kind === 'openDataset');
  await expect.poll(opening).toBeDefined();
  const cancelled = studio.cancelOpening();
  opening()?.refuse(new DOMException('Cancelled', 'AbortError'));
  await cancelled;
  expect(studio.store.getState().recipe?.dataset['pictures']).toBe(1200);
});

it('and says an address that is none as it came', async () => {
  const { studio } = await started(HUB.replace('https://hub.example', 'no address'));
  expect(awaitedOf(studio.store.getState()).remote).toEqual({
    name: 'classroom/faces',
    server: 'no address',
  });
  void studio.agree();
  await expect.poll(() => studio.store.getState().dataset.status).toBe('loading');
});

it('nor after a run of the queue, which is of another set', async () => {
  const { studio, kinds } = await started(HUB);
  await studio.runs.train({ recipe });
  await studio.refresh(true);
  expect(kinds()).not.toContain('openDataset');
});
