/** A GPU that goes away during a run: taken anew, and the run goes on by itself from its last checkpoint. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/protocol/events.ts';
import { openSession, tinyRecipe, train } from '../support/session.ts';

const gpuInUse = (): GPUDevice => (tf.backend() as unknown as { device: GPUDevice }).device;

const destroy = (): void => {
  gpuInUse().destroy();
};

/** Destroys the device at the first event that `isTime`, and at no later one. */
function destroyOnce(isTime: (event: RunEvent) => boolean): (event: RunEvent) => void {
  let isDone = false;
  return (event) => {
    if (isDone || !isTime(event)) return;
    isDone = true;
    destroy();
  };
}

it.each([
  ['before its first epoch has ended', 1],
  ['in its second epoch', 2],
])('lost %s, it ends with the figures of a run that kept its GPU', async (_when, epoch) => {
  const recipe = await tinyRecipe({ phases: [{ name: 'head', epochs: 3, learningRate: 0.001 }] });
  const { result: expected } = await train(await openSession('webgpu'), recipe);
  const lose = destroyOnce((event) => event.kind === 'step' && event.epoch === epoch);
  const { result, events } = await train(await openSession('webgpu'), recipe, lose);
  const figures = ({ history }: typeof result): unknown =>
    history.map((record) => ({ ...record, seconds: 0 }));
  expect(figures(result)).toEqual(figures(expected));
  expect(result.device.backend).toBe('webgpu');
  const kinds = events.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'deviceLost')).toHaveLength(1);
  const notices = events.filter((event) => event.kind === 'notice');
  expect(notices).toHaveLength(1);
  expect(notices[0]?.notice.message).toMatch(epoch === 1 ? /began anew/ : /went on from its last checkpoint/);
});

it('that is lost again and again ends the run with gpu/lost', async () => {
  const recipe = await tinyRecipe({ phases: [{ name: 'head', epochs: 2, learningRate: 0.001 }] });
  const lost = train(await openSession('webgpu'), recipe, (event) => {
    if (event.kind === 'step') destroy();
  });
  await expect(lost).rejects.toMatchObject({ code: 'gpu/lost', retryable: true });
});

it('that is lost while another device is in use takes no blame for what happens there', async () => {
  const session = await openSession('webgpu');
  const gpu = gpuInUse();
  await session.chooseDevice('wasm');
  gpu.destroy();
  await gpu.lost;
  const recipe = await tinyRecipe({ dataset: { source: 'parquet', path: 'none.parquet' } });
  await expect(train(session, recipe)).rejects.toMatchObject({ code: 'data/file-missing' });
  expect(session.device?.loss).toBeNull();
});

it('that goes away while it is tried says so, and is there again the next time', async () => {
  await openSession('webgpu');
  const ours = tf.getKernel('MienSoftmaxLoss', 'webgpu');
  const kernelFunc: tf.KernelFunc = (params) => {
    destroy();
    return ours.kernelFunc(params);
  };
  tf.unregisterKernel(ours.kernelName, 'webgpu');
  tf.registerKernel({ ...ours, kernelFunc });
  const refused = openSession('webgpu');
  await expect(refused).rejects.toMatchObject({
    code: 'gpu/start-failed',
    message: expect.stringMatching(/went away while it was tried/) as string,
  });
  tf.unregisterKernel(ours.kernelName, 'webgpu');
  tf.registerKernel(ours);
  expect((await openSession('webgpu')).device?.report.backend).toBe('webgpu');
});
