/**
 * Owns compiling our kernels: AssemblyScript, which is TypeScript's syntax for WebAssembly, to modules that ship as text
 * inside a source file. What is committed is what this makes of the sources, byte by byte: tests/networks/kernels.test.ts
 * sees to that, so neither a browser's build nor a command needs the compiler.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A module of ours. */
export interface KernelModule {
  /** Its entry, from the root of the repository. */
  readonly source: string;
  /** The file that holds it compiled. */
  readonly compiled: string;
  /** Whether it works in the memory of whoever starts it; else it has its own. */
  readonly importsMemory: boolean;
  /** Whether products may be added unrounded, where the machine does so: then machines differ in last bits. */
  readonly isRelaxed: boolean;
}

const module = (folder: string, name: string): KernelModule => ({
  source: `src/${folder}/${name}.as.ts`,
  compiled: `src/${folder}/${name}.wasm.ts`,
  ...{ importsMemory: false, isRelaxed: false },
});

/** The networks' kernels, by one of both kinds of SIMD. */
const networkKernels = (name: string, isRelaxed: boolean): KernelModule => ({
  source: 'src/kernels/wasm/assembly/index.as.ts',
  compiled: `src/kernels/wasm/${name}.wasm.ts`,
  ...{ importsMemory: true, isRelaxed },
});

/** All of them. */
export const KERNEL_MODULES: readonly KernelModule[] = [
  networkKernels('module', false),
  networkKernels('relaxed-module', true),
  module('data/resize', 'resize-kernel'),
  module('data/cleaning', 'thumbnail-kernel'),
  module('platform/pictures', 'ycc-kernel'),
];

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Run as a program: what it declares for TypeScript would stand in for JavaScript's own types in all of `tools`. */
const COMPILER = join(ROOT, 'node_modules', 'assemblyscript', 'bin', 'asc.js');

/** Speed alone counts: each of them is a few kB. What is declared shared can be had unshared by one changed byte. */
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--disableWarning', '112'];
const OWN_MEMORY = ['--initialMemory', '1'];
const IMPORTED_MEMORY = [
  ...['--importMemory', '--initialMemory', '1', '--maximumMemory', '65536', '--sharedMemory'],
  ...['--enable', 'threads'],
];

/**
 * Compiles one.
 *
 * @throws Error with what the compiler says
 */
export async function compileKernels({
  source,
  importsMemory,
  isRelaxed,
}: Omit<KernelModule, 'compiled'>): Promise<Uint8Array<ArrayBuffer>> {
  const features = ['--enable', isRelaxed ? 'simd,relaxed-simd' : 'simd'];
  const memory = importsMemory ? IMPORTED_MEMORY : OWN_MEMORY;
  const folder = await mkdtemp(join(tmpdir(), 'mien-kernels-'));
  const out = join(folder, 'module.wasm');
  try {
    await promisify(execFile)(process.execPath, [
      ...[COMPILER, source, '--baseDir', ROOT, '--outFile', out],
      ...[...OPTIONS, ...features, ...memory],
    ]);
    return Uint8Array.from(await readFile(out));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The file that holds a compiled module. */
export function sourceOf({ source, isRelaxed }: KernelModule, binary: Uint8Array): string {
  const text = Buffer.from(binary).toString('base64');
  const how = isRelaxed ? ' to relaxed SIMD' : '';
  return [
    `/** ${source}, compiled${how} by \`npm run kernels\`, in base64. */`,
    `export const MODULE =\n  '${text}';`,
    '',
  ].join('\n');
}
