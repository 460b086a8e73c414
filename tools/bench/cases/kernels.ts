/** Mien's kernels one by one: how fast each is, against another way to the same and against what the processor can. */
import type { Bench, Row } from '../bench.ts';
import { offerGpu } from '../gpu.ts';
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
