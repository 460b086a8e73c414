/** The WebAssembly that ships is what its sources compile to. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { compileKernels, KERNEL_MODULES, sourceOf } from '../../tools/kernels/compile.ts';

/** `f32x4.relaxed_madd` in a module: https://webassembly.github.io/spec/core/binary/instructions.html */
const RELAXED_MADD = Buffer.from([0xfd, 0x85, 0x02]);

it.each(KERNEL_MODULES.map((module) => [module.compiled, module] as const))(
  '%s is its source, compiled by `npm run kernels`',
  async (_name, module) => {
    expect(await readFile(module.compiled, 'utf8')).toBe(sourceOf(module, await compileKernels(module)));
  },
);

it('has relaxed SIMD in the module that says so, and in no other', async () => {
  for (const { compiled, isRelaxed } of KERNEL_MODULES) {
    const [, base64 = ''] = /'([^']+)'/.exec(await readFile(compiled, 'utf8')) ?? [];
    expect(Buffer.from(base64, 'base64').includes(RELAXED_MADD), compiled).toBe(isRelaxed);
  }
});
