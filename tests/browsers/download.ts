/** What a tab hands over as a file. */
import { readdirSync, readFileSync, rmSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

/** What the last record of a zip without a comment begins with, and its length. */
const END = 'PK\x05\x06';
const END_BYTES = 22;

/**
 * The zip that a browser saves.
 *
 * @param folder where it saves; emptied before
 * @param start what begins the download
 */
export async function downloaded(folder: string, start: () => Promise<void>): Promise<Uint8Array> {
  for (const file of readdirSync(folder)) rmSync(join(folder, file));
  let watcher: FSWatcher | undefined;
  // Every change is looked at as it happens: the iterator over them drops those that come while it waits for its reader.
  const zip = new Promise<Uint8Array>((resolve) => {
    watcher = watch(folder, () => {
      const whole = wholeZip(folder);
      if (whole !== null) resolve(whole);
    });
  });
  try {
    await start();
    return await zip;
  } finally {
    watcher?.close();
  }
}

/** Null while a browser writes it: under another name, beside another file, or piece by piece, its end last. */
function wholeZip(folder: string): Uint8Array | null {
  const [file, ...others] = readdirSync(folder).map((name) => join(folder, name));
  if (file?.endsWith('.zip') !== true || others.length > 0) return null;
  const zip = readFileSync(file);
  return zip.subarray(-END_BYTES).indexOf(END) === 0 ? zip : null;
}
