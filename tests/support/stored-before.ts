/** Stores of earlier builds, see `stores/README.md`, as those builds left them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

/** The shots of the camera and the run on them. */
export const BEFORE = {
  set: 'the camera',
  shots: 10,
  runId: 'd0f80376-cb57-40b8-b822-2bae620f39d4',
  download: { url: 'http://127.0.0.1:49160/weights.h5', storedBytes: 480 },
} as const;

/** The run of a build that kept networks, and of runs nothing else. */
export const KEPT_BEFORE = { runId: '688f10266dd909a93a6fbb39688165a3', accuracy: 0.125 } as const;

/** The builds whose stores there are. */
type Build = 'before-versions' | 'before-kept-runs';

/** Its files by their path. */
async function filesBefore(build: Build): Promise<Record<string, Uint8Array>> {
  return unzipSync(await readFile(`tests/support/stores/${build}.zip`));
}

/** Writes it as a folder. */
export async function writeStoreBefore(folder: string, build: Build = 'before-versions'): Promise<void> {
  for (const [path, bytes] of Object.entries(await filesBefore(build))) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** The same as a browser has it: entries of each store by key. */
export async function entriesBefore(): Promise<{ store: string; key: string; bytes: number[] }[]> {
  return Object.entries(await filesBefore('before-versions')).map(([path, bytes]) => {
    const [store = '', name = ''] = path.split('/');
    return { store, key: decodeURIComponent(name.replace(/\+bytes$/u, '')), bytes: [...bytes] };
  });
}
