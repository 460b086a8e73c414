/** Assembles WebAssembly text, as the sources of our kernels are kept. */
import { readFile } from 'node:fs/promises';
import loadWabt from 'wabt';

/** The module of a `.wat` file, in base64. */
export async function assemble(path: string): Promise<string> {
  const wabt = await loadWabt();
  const module = wabt.parseWat(path, await readFile(path, 'utf8'), { simd: true });
  const { buffer } = module.toBinary({});
  module.destroy();
  return Buffer.from(buffer).toString('base64');
}
