/** What a tab hands over as a file. */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The zip that a browser saves.
 *
 * @param folder where it saves; emptied before
 * @param start what begins the download
 */
export async function downloaded(folder: string, start: () => Promise<void>): Promise<Uint8Array> {
  for (const file of readdirSync(folder)) rmSync(join(folder, file));
  const changes = watch(folder)[Symbol.asyncIterator]();
  let change = changes.next();
  await start();
  for (;;) {
    const [file, ...others] = readdirSync(folder).map((name) => join(folder, name));
    // While it is written it has another name, or nothing in it and another file beside it.
    if (file?.endsWith('.zip') === true && others.length === 0 && statSync(file).size > 0) {
      await changes.return?.();
      return readFileSync(file);
    }
    await change;
    change = changes.next();
  }
}
