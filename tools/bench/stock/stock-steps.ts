/** Counts what `trainOnBatch` of a stock tfjs layers model asks of the GPU, as `steps.ts` counts Mien's step. */
import * as tf from '@tensorflow/tfjs';
import { useStockBackend } from './stock-backend.ts';
import { mobilenetv2 } from '../../../src/models/backbones/mobilenetv2.ts';
import { withHead } from '../../../src/models/head.ts';
import { GpuCounter } from '../count-gpu.ts';
import type { CountOptions, StepCounts } from '../runs/steps.ts';
import { compileFor } from './stock.ts';

const CLASSES = 8;
/** Steps before the one that is counted. */
const WARM_UP = 2;

/** Counts the fine-tune step and the head step. Leaves the backend as tfjs ships it active. */
export async function countStockSteps(options: CountOptions): Promise<StepCounts[]> {
  const counter = new GpuCounter({ skipsArithmetic: options.skipsArithmetic ?? true });
  try {
    await useStockBackend();
    expectLimits();
    const base = mobilenetv2.build({ size: options.size, options: { alpha: options.alpha }, seed: 1 });
    const backboneLayers = base.layers.length;
    const model = withHead(base, { classes: CLASSES, dropout: 0.2, hidden: [], seed: 2 });
    const before = counter.liveBytes;
    const counted: StepCounts[] = [];
    for (const unfreeze of [options.unfreeze, 0]) {
      compileFor({ model, backboneLayers }, { unfreeze, learningRate: 1e-4 });
      await countStep(counter, model, options);
      const step = unfreeze === 0 ? 'head' : `last ${unfreeze.toString()}`;
      const peakMB = Math.round((counter.peakBytes - before) / 2 ** 20);
      counted.push({ step, ...counter.counts, peakMB });
    }
    model.dispose();
    return counted;
  } finally {
    counter.stop();
  }
}

/**
 * At batch 32 stock tfjs binds buffers that are larger than some adapters allow. Nothing is computed here, so that the
 * counts hold all the same; the errors are kept from the terminal.
 */
function expectLimits(): void {
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
  });
}

async function countStep(
  counter: GpuCounter,
  model: tf.LayersModel,
  { batch, size }: CountOptions,
): Promise<void> {
  const pixels = new Float32Array(batch * size * size * 3).fill(0.1);
  for (let step = 0; step <= WARM_UP; step++) {
    counter.reset();
    const x = tf.tensor4d(pixels, [batch, size, size, 3]);
    const y = tf.zeros([batch, 1]);
    await model.trainOnBatch(x, y);
    tf.dispose([x, y]);
  }
}
