/** Mien's kernels one by one: how fast each is, against another way to the same and against what the processor can. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { kernelsBy, useKernels } from '../../../src/kernels/wasm/module.ts';
import { offerRelaxedSimd } from '../../train/backends.ts';
import type { Bench, Row } from '../bench.ts';
import { offerGpu } from '../gpu.ts';
import { duel, patienceOf, patienceOfOneOfMany, processorClock, wallClock } from '../kernels/duel.ts';
import { rowsOf, type KernelCase, type Seconds } from '../kernels/kernel-case.ts';
import { measureRoof } from '../kernels/roof.ts';

export const kernels: Bench = {
  name: 'kernels',
  help: 'kernels on wasm, one thread, against tfjs, JavaScript and the roofline (1.5 minutes)',
  async run({ quick, say }) {
    const { wasmCases } = await import('../kernels/on-wasm.ts');
    const { pictureCases } = await import('../kernels/on-pictures.ts');
    const cases = [...(await wasmCases()), ...pictureCases()];
    const roof = await measureRoof(quick);
    say(`the roof: ${roof.flops.toFixed(1)} GFLOP/s, ${roof.bytes.toFixed(1)} GB/s`);
    const times = await timesOf(cases, quick);
    const rows = cases.flatMap((each, index) => rowsOf(each, times[index] ?? [NaN, NaN], roof));
    const tile = { mien: roof.tileFlops, other: roof.flops, unit: 'GFLOP/s' } as const;
    return [{ what: 'a convolution’s innermost loop alone', against: 'the roof', ...tile }, ...rows];
  },
};

/** How often all rows are gone through. */
const ROUNDS = 2;

/** Smallest seconds of each in all rounds. */
async function timesOf(cases: readonly KernelCase[], quick: boolean): Promise<readonly Seconds[]> {
  const best = cases.map((): Seconds => [Infinity, Infinity]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { ours, theirs }] of cases.entries()) {
      const [before = Infinity, otherBefore = Infinity] = best[index] ?? [];
      const [mien = NaN, other = NaN] = await duel(
        [ours, theirs],
        patienceOfOneOfMany(quick),
        processorClock,
      );
      best[index] = [Math.min(before, mien), Math.min(otherBefore, other)];
    }
  }
  return best;
}

export const relaxedSimd: Bench = {
  name: 'relaxed-simd',
  help: 'kernels on wasm by relaxed SIMD against plain SIMD, one thread (2 minutes)',
  async run({ quick, say }) {
    offerRelaxedSimd();
    const { wasmCases } = await import('../kernels/on-wasm.ts');
    const cases = await wasmCases();
    const backend: unknown = tf.backend();
    const wasm = backend as BackendWasm;
    const [plain, relaxed] = [await kernelsBy('plain', wasm), await kernelsBy('relaxed', wasm)];
    const roofs = [await measureRoof(quick, true), await measureRoof(quick)];
    const [roof = NaN, plainRoof = NaN] = roofs.map(({ flops }) => flops);
    say(`the roofs: ${roof.toFixed(1)} GFLOP/s by relaxed SIMD, ${plainRoof.toFixed(1)} by plain`);
    const rows: Row[] = [];
    for (const { what, flops, ours } of cases) {
      // What only moves bytes multiplies nothing.
      if (flops === undefined) continue;
      const runs = [relaxed, plain].map((kernels) => () => {
        useKernels(wasm, kernels);
        return ours();
      });
      const [mien = NaN, other = NaN] = await duel(runs, patienceOf(quick), processorClock);
      const speeds = { mien: flops / 1e9 / mien, other: flops / 1e9 / other };
      rows.push({ what, against: 'the same by plain SIMD', unit: 'GFLOP/s', ...speeds });
    }
    return rows;
  },
};

export const gpuKernels: Bench = {
  name: 'gpu-kernels',
  help: 'programs on WebGPU against tfjs’ own on the same adapter (1 minute)',
  async run({ quick, say }) {
    say(`adapter: ${await offerGpu()}`);
    const { webGpuCases } = await import('../kernels/on-webgpu.ts');
    const rows: Row[] = [];
    for (const each of await webGpuCases()) {
      const [mien = NaN, other = NaN] = await duel([each.ours, each.theirs], patienceOf(quick), wallClock);
      rows.push(...rowsOf(each, [mien, other], null));
    }
    return rows;
  },
};
