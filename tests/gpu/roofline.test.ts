/** What is told of a step's dispatches without running them, on small networks: bounds do not depend on sizes. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { gpuOf } from '../../src/kernels/webgpu/gpu.ts';
import { isOffered, VARIANTS } from '../../src/kernels/webgpu/linear/variants.ts';
import { findBackbone } from '../../src/models/backbones/registry.ts';
import { NETWORKS } from '../../tools/bench/device/ours.ts';
import { dispatchesOfStep, dispatchesOfWays } from '../../tools/bench/roofline/network-step.ts';
import { estimate, GPUS } from '../../tools/bench/roofline/roofline.ts';

/** What every device lets the threads of a workgroup share. */
const MOST_WORKGROUP_BYTES = 16_384;

it.each(NETWORKS.map((network) => [findBackbone(network.backbone).entry.label, network] as const))(
  'a step of %s binds, computes and shares no more than it says',
  async (_label, network) => {
    const { dispatches, forwardFlops } = await dispatchesOfStep({ ...network, size: 32, batch: 4 });
    const sum = (label: RegExp): number =>
      dispatches
        .filter((dispatch) => label.test(dispatch.label))
        .reduce((total, { work }) => total + (work?.flops ?? 0), 0);
    const forward = sum(/convolution(?::|$)/u);
    // The network's own count has what is not a convolution in it.
    expect(forward).toBeLessThanOrEqual(forwardFlops);
    expect(forward).toBeGreaterThan(0.99 * forwardFlops);
    expect(sum(/filter gradient/u)).toBe(forward);
    // What lies before the first open layer needs none.
    expect(sum(/convolution, input gradient/u)).toBeLessThanOrEqual(forward);
    for (const dispatch of dispatches) {
      expect(dispatch.workgroupBytes, dispatch.label).toBeLessThanOrEqual(MOST_WORKGROUP_BYTES);
      if (dispatch.work === null) continue;
      expect(dispatch.countedLoads, dispatch.label).toBeCloseTo(dispatch.work.loadsPerFma, 9);
      for (const gpu of GPUS) {
        const { seconds, roofline } = estimate(dispatch, gpu);
        expect(seconds).toBeGreaterThanOrEqual(roofline);
      }
    }
    const [first] = dispatches.filter(({ label }) => label.startsWith('convolution:'));
    expect(first?.bytes).toBe(bytesOf(first?.shape ?? ''));
  },
);

it('each way of matrix products reads and shares no more than it says', async () => {
  const ways = (await dispatchesOfWays()).filter(({ work }) => work !== null);
  const names = new Set(ways.map(({ label }) => /: (.*)$/u.exec(label)?.[1]));
  const gpu = gpuOf(tf.backend());
  const offered = Object.values(VARIANTS).filter((way) => isOffered(gpu, way));
  expect(names).toEqual(new Set(offered.map(({ name }) => name)));
  for (const { label, workgroupBytes, countedLoads, work } of ways) {
    expect(workgroupBytes, label).toBeLessThanOrEqual(MOST_WORKGROUP_BYTES);
    expect(countedLoads, label).toBeCloseTo(work?.loadsPerFma ?? NaN, 9);
  }
});

/** Of an input, a filter and an output, `1x2, 2x3 → 1x3`, with a bias for each channel of the output. */
function bytesOf(shape: string): number {
  const tensors = shape.split(/, | → /u).map((sides) => sides.split('x').map(Number));
  const channels = tensors.at(-1)?.at(-1) ?? NaN;
  return 4 * tensors.reduce((sum, sides) => sum + sides.reduce((a, b) => a * b, 1), channels);
}
