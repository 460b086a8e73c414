/** What one training step asks of the GPU: counts, so the same on every adapter. */
import type { Bench, Row } from '../bench.ts';
import { offerGpu } from '../gpu.ts';
import type { StepCounts } from '../runs/steps.ts';

const AGAINST = 'tfjs trainOnBatch, webgpu';

export const gpuStep: Bench = {
  name: 'gpu-step',
  help: 'dispatches, submits, buffers and memory of a step on WebGPU, arithmetic switched off (2 minutes)',
  async run({ quick }) {
    await offerGpu();
    // The backend registers itself only where there is a GPU when it is loaded.
    const { countSteps } = await import('../runs/steps.ts');
    const { countStockSteps } = await import('../stock/stock-steps.ts');
    const options = { size: quick ? 96 : 224, alpha: 1, batch: 32, unfreeze: 30 };
    const mien = await countSteps(options);
    const stock = await countStockSteps(options);
    return rowsOf(options.size, mien, stock);
  },
};

function rowsOf(size: number, mien: readonly StepCounts[], stock: readonly StepCounts[]): Row[] {
  const network = `MobileNetV2 1.0 at ${size.toString()}, batch 32`;
  return mien.flatMap((ours, index) => {
    const theirs = stock[index];
    if (theirs === undefined) return [];
    const row = (name: string, pick: (counts: StepCounts) => number, aimFigure?: number): Row => ({
      what: `${network}, ${ours.step}: ${name}`,
      against: AGAINST,
      unit: '',
      mien: pick(ours),
      other: pick(theirs),
      ...(aimFigure === undefined ? {} : { aimFigure }),
    });
    const isHead = ours.step === 'head';
    return [
      row('dispatches', ({ dispatches }) => dispatches, isHead ? 15 : 100),
      row('submits', ({ submits }) => submits, isHead ? undefined : 2),
      row('buffers created', ({ buffersCreated }) => buffersCreated, isHead ? undefined : 0),
      row('peak MB beside the cache', ({ peakMB }) => peakMB, isHead ? undefined : 300),
    ];
  });
}
