/** `npm run train` as a process, for tests of what it writes and how it ends. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** @param args as on the command line */
export const runTrain = (...args: string[]): Promise<Ended> => runTrainWith({}, ...args);

/** @param environment variables beside those of this process */
export function runTrainWith(
  environment: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'tools/train/main.ts', ...args], {
      env: { ...process.env, ...environment },
    });
    let out = '';
    let error = '';
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (error += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, out, error });
    });
  });
}

/** Kills the process when it says something while a file is there that begins so; gives the signal that ended it. */
export function runTrainUntil(said: RegExp, kept: string, ...args: string[]): Promise<string | null> {
  const isKept = (): boolean =>
    existsSync(dirname(kept)) && readdirSync(dirname(kept)).some((name) => name.includes(basename(kept)));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'tools/train/main.ts', ...args]);
    child.stdout.on('data', (data: Buffer) => {
      if (said.test(data.toString()) && isKept()) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      resolve(signal);
    });
  });
}
