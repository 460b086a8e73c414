/** Runs a script of ours with real Keras, or with what is installed beside it, in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../../../src/data/dataset.ts';
import type { SplitName } from '../../../src/protocol/set/dataset.ts';

/** What a script is started with. */
export interface ScriptRun {
  readonly python: string;
  /** A file of this folder. */
  readonly script: string;
  readonly args: readonly string[];
  /** Told of each line that it prints, as it comes. */
  readonly onLine?: (line: string) => void;
}

/**
 * Waits for the script to end.
 *
 * @returns the lines that it printed
 * @throws Error with what it said when it failed
 */
export async function runScript({ python, script, args, onLine }: ScriptRun): Promise<readonly string[]> {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' };
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(python, [path, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): void => void child.kill();
  process.once('exit', stop);
  const lines: string[] = [];
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    onLine?.(line);
  });
  const [status] = (await once(child, 'close')) as [number | null];
  process.off('exit', stop);
  if (status !== 0) throw new Error(`Python could not run ${script}:\n${said}`);
  return lines;
}

/** Writes pictures and labels of some parts, and `shapes.json`, as `keras_fit.py` reads them. */
export async function writePictures(
  { pictures, summary }: Dataset,
  parts: readonly SplitName[],
  folder: string,
): Promise<void> {
  const shapes: Record<string, readonly number[]> = {};
  for (const part of parts) {
    const rows = summary.split[part];
    await writeFile(join(folder, `${part}X.bin`), await pictures.read(rows));
    await writeFile(
      join(folder, `${part}Y.bin`),
      Uint8Array.from(rows, (row) => summary.labelOfRow[row] ?? 0),
    );
    shapes[`${part}X`] = [rows.length, pictures.size, pictures.size, 3];
    shapes[`${part}Y`] = [rows.length];
  }
  await writeFile(join(folder, 'shapes.json'), JSON.stringify(shapes));
}
