/** The device policy and its check, with real backends of which one is made to compute wrongly, or not at all. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startDevice } from '../../../src/engine/device/device.ts';
import type { MienKernels } from '../../../src/kernels/signatures.ts';
import { deviceText } from '../../../src/protocol/device.ts';
import { invariant } from '../../../src/protocol/errors.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { wasmInNode } from '../../../tools/train/backends.ts';
import { TerminalReporter } from '../../../tools/train/report.ts';

const host = { platform: createPlatform(), wasm: wasmInNode(1) };

const KERNEL = 'MienLinearGrads';

describe('the device', () => {
  it('is wasm where there is no GPU, says why, and is checked without leaving a tensor', async () => {
    const before = tf.memory().numTensors;
    const { report } = await startDevice('auto', host);
    expect(report).toMatchObject({ backend: 'wasm', label: 'wasm · one thread', chosenBy: 'policy' });
    expect(report.why).toContain('wasm');
    expect(report.candidates.map(({ backend }) => backend)).toEqual(['webgpu', 'webgl', 'wasm', 'cpu']);
    expect(tf.getBackend()).toBe('wasm');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is worded alike in its line, its list, what says why, and the terminal', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    for (const choice of ['auto', 'cpu'] as const) {
      const { report } = await startDevice(choice, host);
      const listed = report.candidates.find(({ backend }) => backend === report.backend)!;
      expect(deviceText(listed)).toBe(report.label);
      new TerminalReporter().event({ kind: 'device', device: report, simd: null });
      expect(write.mock.lastCall?.[0]).toBe(`${report.label}. ${report.why}\n`);
    }
    write.mockRestore();
    const { candidates } = (await startDevice('auto', host)).report;
    expect(candidates.map(deviceText)).toEqual([
      'WebGPU',
      'WebGL',
      'wasm · one thread',
      'cpu · plain JavaScript',
    ]);
    // What a page could do about it is of no use where there is none.
    expect(candidates.map(({ why }) => why).join(' ')).not.toContain('isolation');
  });

  it('can be overridden', async () => {
    const { report } = await startDevice('cpu', host);
    expect(report).toMatchObject({ backend: 'cpu', chosenBy: 'user' });
  });

  it('that is not there is refused with what was found', async () => {
    await expect(startDevice('webgl', host)).rejects.toMatchObject({ code: 'gpu/unavailable' });
  });
});

/** The gradients of some phone GPUs. */
const zeros: tf.KernelFunc = ({ inputs }) => {
  const { filter, dz, gamma } = inputs as unknown as MienKernels['MienLinearGrads']['inputs'];
  const ofChannels = (): tf.Tensor => tf.zeros(dz.shape.slice(-1));
  return [tf.zeros(filter.shape), ofChannels(), ...(gamma === undefined ? [] : [ofChannels()])];
};

/** What tfjs throws is no error of ours. */
const throwing: tf.KernelFunc = () => {
  throw new Error('Failed to compile fragment shader.');
};

describe.each([
  {
    what: 'whose gradients are all zero',
    kernelFunc: zeros,
    code: 'gpu/wrong-results',
    why: /differs by 100\.0 %/,
  },
  {
    what: 'that throws an error of its own',
    kernelFunc: throwing,
    code: 'gpu/start-failed',
    why: /wasm was found but did not start: Failed to compile fragment shader\./,
  },
])('a device $what', ({ kernelFunc, code, why }) => {
  /** What the kernel was before. */
  let ours: tf.KernelConfig | undefined;

  const spoil = async (): Promise<void> => {
    await startDevice('wasm', host);
    ours = tf.getKernel(KERNEL, 'wasm');
    invariant(ours, 'wasm has the kernel');
    replace({ ...ours, kernelFunc });
  };
  const replace = (kernel: tf.KernelConfig): void => {
    tf.unregisterKernel(KERNEL, 'wasm');
    tf.registerKernel(kernel);
  };
  afterEach(() => {
    if (ours !== undefined) replace(ours);
  });

  it('is passed over by the policy, which takes the next and says why', async () => {
    await spoil();
    const before = tf.memory().numTensors;
    const { report } = await startDevice('auto', host);
    expect(report.backend).toBe('cpu');
    expect(report.candidates.find(({ backend }) => backend === 'wasm')?.why).toMatch(why);
    expect(report.why).toMatch(why);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is refused with the reason when the user asks for it', async () => {
    await spoil();
    await expect(startDevice('wasm', host)).rejects.toMatchObject({ code });
  });
});
