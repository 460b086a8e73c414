/** Two convolutions one after the other, forward and backward, on one WebGPU adapter: Mien, tfjs and jax-js. */
import { median, type Bench, type Row, type Settings } from '../bench.ts';
import type { ConvolutionCase, Running } from '../convolutions.ts';
import { offerGpu } from '../gpu.ts';

const CASES: readonly ConvolutionCase[] = [
  { batch: 4, size: 28, channels: 64, kernelSize: 3 },
  { batch: 4, size: 28, channels: 192, kernelSize: 1 },
];

export const convolution: Bench = {
  name: 'convolution',
  help: '3x3 and 1x1 convolutions on WebGPU, forward and backward, against tfjs and jax-js (3 minutes)',
  async run(settings) {
    const adapter = await offerGpu();
    settings.say(`adapter: ${adapter}`);
    const implementations = await import('../convolutions.ts');
    const rows: Row[] = [];
    for (const given of CASES) {
      const mien = await time(implementations.mienConvolutions, given, settings);
      const stock = await time(implementations.tfjsConvolutions, given, settings);
      const jax = await time(implementations.jaxConvolutions, given, settings);
      checkAgreement(mien, stock);
      checkAgreement(mien, jax);
      const { batch, size, channels, kernelSize } = given;
      const what = `${kernelSize.toString()}x${kernelSize.toString()} on ${[batch, size, size, channels].join('x')}, forward + backward`;
      const note = `Adapter: ${adapter}. Two convolutions in a row; gradients of both kernels and of the value between.`;
      rows.push(
        { what, against: 'tfjs, webgpu', unit: 'ms', mien: mien.ms, other: stock.ms, aimRatio: 1 / 3, note },
        { what, against: 'jax-js, webgpu', unit: 'ms', mien: mien.ms, other: jax.ms, aimRatio: 1 },
      );
    }
    return rows;
  },
};

type Implementation = (given: ConvolutionCase) => Promise<Running>;

interface Timed {
  readonly ms: number;
  /** Lengths of the kernels' gradients, shortest first. */
  readonly lengths: readonly number[];
}

/** Median milliseconds of a run that ends when the gradients are on the host. */
async function time(make: Implementation, given: ConvolutionCase, { quick }: Settings): Promise<Timed> {
  const running = await make(given);
  const times: number[] = [];
  let gradients: readonly Float32Array[] = [];
  const warmUp = 2;
  for (let turn = 0; turn < warmUp + (quick ? 2 : 7); turn++) {
    const start = performance.now();
    gradients = await running.run();
    if (turn >= warmUp) times.push(performance.now() - start);
  }
  running.dispose();
  return {
    ms: median(times),
    lengths: gradients.map((values) => Math.hypot(...blocks(values))).sort((a, b) => a - b),
  };
}

/** Lengths of stretches: `Math.hypot` takes no more arguments than the stack holds. */
function blocks(values: Float32Array, width = 4096): number[] {
  return Array.from({ length: Math.ceil(values.length / width) }, (_, index) =>
    Math.hypot(...values.subarray(index * width, (index + 1) * width)),
  );
}

/** @throws Error when two implementations do not compute the same: their times would mean nothing */
function checkAgreement(one: Timed, other: Timed): void {
  const agrees = one.lengths.every(
    (length, index) => Math.abs(length / (other.lengths[index] ?? 0) - 1) < 1e-3,
  );
  if (agrees) return;
  throw new Error(
    `Gradients of equal length were expected: ${one.lengths.join(', ')} and ${other.lengths.join(', ')}.`,
  );
}
