/** Our commands as processes, started as `npm run` starts them, for tests of what they write and how they end. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** The command's folder below tools/. */
export type Command = 'ensemble' | 'predict' | 'study' | 'train' | 'upload' | 'verify';

/** @param args as on the command line */
export const runCommand = (command: Command, ...args: readonly string[]): Promise<Ended> =>
  runCommandWith({}, command, ...args);

/** @param environment variables beside those of this process */
export function runCommandWith(
  environment: Readonly<Record<string, string>>,
  command: Command,
  ...args: readonly string[]
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = start(command, args, environment);
    let [out, error] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (error += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, out, error });
    });
  });
}

/** Kills the process once all that it has said is far enough; gives the signal that ended it. */
export function killCommand(
  isFarEnough: (said: string) => boolean,
  command: Command,
  ...args: readonly string[]
): Promise<NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    const child = start(command, args);
    let said = '';
    child.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      if (isFarEnough(said)) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      resolve(signal);
    });
  });
}

function start(
  command: Command,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  const line = ['tools/setup/run.mjs', `tools/${command}/main.ts`, ...args];
  return spawn(process.execPath, line, { env: { ...process.env, ...environment } });
}
