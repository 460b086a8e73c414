/** `npm run kernels`: compiles our WebAssembly modules from their sources and writes them where they ship. */
import { writeFile } from 'node:fs/promises';
import { compileKernels, KERNEL_MODULES, sourceOf } from './compile.ts';

for (const module of KERNEL_MODULES) {
  const binary = await compileKernels(module);
  await writeFile(module.compiled, sourceOf(module, binary));
  process.stdout.write(`${binary.length.toString().padStart(7)} bytes  ${module.compiled}\n`);
}
