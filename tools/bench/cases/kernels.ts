/** Mien's kernels one by one: how fast each is, against another way to the same and against what the processor can. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { kernelsBy, useKernels } from '../../../src/kernels/wasm/module.ts';
import { offerRelaxedSimd } from '../../train/backends.ts';
import type { Bench, Row } from '../bench.ts';
import { offerGpu } from '../gpu.ts';
import { duel, patienceOf, processorClock } from '../kernels/duel.ts';
import { rowsOf } from '../kernels/kernel-case.ts';
import { measureRoof } from '../kernels/roof.ts';

export const kernels: Bench = {
  name: 'kernels',
  help: 'kernels on wasm, one thread, against tfjs, JavaScript and the roofline (2 minutes)',
  async run({ quick, say }) {
    const { wasmCases } = await import('../kernels/on-wasm.ts');
    const { pictureCases } = await import('../kernels/on-pictures.ts');
    const cases = [...(await wasmCases()), ...pictureCases()];
    const rows: Row[] = [];
    const roof = await measureRoof(quick);
    say(`the roof: ${roof.flops.toFixed(1)} GFLOP/s, ${roof.bytes.toFixed(1)} GB/s`);
    for (const each of cases) rows.push(...(await rowsOf(each, roof, quick)));
    return rows;
  },
};

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
    for (const each of await webGpuCases()) rows.push(...(await rowsOf(each, null, quick)));
    return rows;
  },
};
