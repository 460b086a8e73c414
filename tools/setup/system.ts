/** Owns what set-up asks of the machine: commands, files, who we are. Tests give a machine of their own. */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';

/** The machine as set-up sees it. */
export interface System {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether packages can be installed for all users. */
  readonly isRoot: boolean;
  /** Runs a command with its output shown; true when it ended well within its time. */
  run(command: string, args: readonly string[], limitMs: number): boolean;
  /** The full path of a program on PATH, or null. */
  which(name: string): string | null;
  exists(path: string): boolean;
  /** The file behind links. */
  realPath(path: string): string;
  /** A file's text, or '' when there is none. */
  read(path: string): string;
  /** The paths in a folder, [] when there is none. */
  list(folder: string): string[];
  write(path: string, text: string): void;
  remove(path: string): void;
  say(line: string): void;
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
};

/** This machine. */
export const thisSystem: System = {
  platform: process.platform,
  env: process.env,
  isRoot: process.getuid?.() === 0,
  run: (command, args, limitMs) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return (
      spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout: limitMs, env }).status ===
      0
    );
  },
  which: (name) => {
    const folders = (process.env['PATH'] ?? '').split(delimiter);
    return folders.map((folder) => join(folder, name)).find(isProgram) ?? null;
  },
  exists: existsSync,
  realPath: (path) => realpathSync(path),
  read: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''),
  list: (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  write: (path, text) => writeFileSync(path, text),
  remove: (path) => rmSync(path, { force: true }),
  say: (line) => console.log(line),
};
