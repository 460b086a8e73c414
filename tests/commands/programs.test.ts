/** How TypeScript is started in Node: from a bundle that is kept, and made anew where a source has changed or it is damaged. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const KEPT = 'node_modules/.cache/mien/programs';
let folder = '';

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'mien-programs-')));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(async () => {
  for (const path of await bundles()) await rm(path, { recursive: true });
  await rm(folder, { recursive: true });
});

/** Those of this test's programs. */
const bundles = async (): Promise<string[]> =>
  (await readdir(KEPT))
    .filter((name) => name.includes(folder.split(/[\\/]/).at(-1)!))
    .map((name) => join(KEPT, name));

/** Writes a program of two files. */
async function write(name: string, greeting: string): Promise<string> {
  await writeFile(
    join(folder, 'greeting.ts'),
    `export const greeting: string = ${JSON.stringify(greeting)};`,
  );
  const program = join(folder, `${name}.ts`);
  const said = '[greeting, import.meta.url, process.argv[1], ...process.argv.slice(2)]';
  await writeFile(
    program,
    `import { greeting } from './greeting.ts';\nconsole.log(JSON.stringify(${said} satisfies unknown[]));`,
  );
  return program;
}

async function start(program: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['tools/setup/run.mjs', program, ...args]);
  return JSON.parse(stdout);
}

const fromItself = (program: string): string[] => [`file://${program}`, program];

it('runs what the sources say, whenever they change, and tells the program where it lies', async () => {
  const program = await write('changing', 'hello');
  // Started twice at once, neither meets half a bundle.
  const both = await Promise.all([start(program, '--loud'), start(program, '--loud')]);
  expect(both).toEqual(Array(2).fill(['hello', ...fromItself(program), '--loud']));
  expect(await bundles()).toHaveLength(1);
  await write('changing', 'goodbye');
  expect(await start(program)).toEqual(['goodbye', ...fromItself(program)]);
});

it('makes a damaged bundle anew, and does without where none can be kept', async () => {
  const program = await write('damaged', 'hello');
  await start(program);
  const kept = (await bundles()).find((path) => path.includes('damaged'))!;
  await writeFile(kept, 'no bundle');
  expect(await start(program)).toEqual(['hello', ...fromItself(program)]);
  await rm(kept);
  await mkdir(join(kept, 'in the way'), { recursive: true });
  expect(await start(program)).toEqual(['hello', ...fromItself(program)]);
});

it('names the source’s line where a program breaks down', async () => {
  const program = join(folder, 'broken.ts');
  await writeFile(
    program,
    `interface Long {\n  readonly a: string;\n}\nconst none = null as unknown as Long;\nnone.a.at(0);\n`,
  );
  await expect(start(program)).rejects.toThrow('broken.ts:5');
});
