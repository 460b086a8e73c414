/** What a tab hands over as a file. */
import { readFileSync, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

/**
 * The next file that a browser has saved.
 *
 * @param folder empty but for files that were there before
 * @param start what begins the download
 */
export async function downloaded(folder: string, start: () => Promise<void>): Promise<Uint8Array> {
  const before = new Set(readdirSync(folder));
  const arrived = new Promise<string>((resolve) => {
    const watcher = watch(folder, () => {
      const files = readdirSync(folder).filter((name) => !before.has(name));
      const [file] = files;
      // While it is written it has another name, or another file beside it.
      if (files.length !== 1 || file === undefined || !/\.zip$/u.test(file)) return;
      if (statSync(join(folder, file)).size === 0) return;
      watcher.close();
      resolve(file);
    });
  });
  await start();
  return readFileSync(join(folder, await arrived));
}
