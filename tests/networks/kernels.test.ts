/** The WebAssembly that ships is what its sources compile to. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { compileKernels, KERNEL_MODULES, sourceOf } from '../../tools/kernels/compile.ts';

it.each(KERNEL_MODULES.map((module) => [module.compiled, module] as const))(
  '%s is its source, compiled by `npm run kernels`',
  async (_name, module) => {
    expect(await readFile(module.compiled, 'utf8')).toBe(sourceOf(module, await compileKernels(module)));
  },
);

it('compiles to other code, and still compiles, where products may be added unrounded', async () => {
  const kernels = KERNEL_MODULES.filter(({ importsMemory }) => importsMemory);
  for (const module of kernels) {
    const relaxed = sourceOf(module, await compileKernels(module, true));
    expect(relaxed).not.toBe(await readFile(module.compiled, 'utf8'));
  }
});
