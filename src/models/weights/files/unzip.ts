/** Owns what a zip holds: its files by path, with slashes, as long as they fit the memory. */
import { unzipSync } from 'fflate';
import { StudioError } from '../../../protocol/errors.ts';
import { unreadable } from '../readers/weight-file.ts';

/** What a zip may unpack to, and how many files. */
const MAX_UNPACKED_BYTES = 2 ** 31 - 1;
const MAX_FILES = 10_000;

/** No float compresses better than this; beyond it, a file is made to fill the memory. */
const MAX_RATIO = 200;

/** Whether a file that starts so is a zip. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}

/** Unpacks it. @throws StudioError `model/weights-unreadable` */
export function unzip(bytes: Uint8Array): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  let unpacked = 0;
  let count = 0;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        unpacked += originalSize;
        count += 1;
        if (
          unpacked > MAX_UNPACKED_BYTES ||
          count > MAX_FILES ||
          originalSize > MAX_RATIO * Math.max(size, 1024)
        ) {
          throw unreadable(`The zip unpacks to too much: ${name} alone to ${originalSize} bytes.`);
        }
        return !/[/\\]$/u.test(name);
      },
    });
    // Keras on Windows writes backslashes.
    return new Map(
      Object.entries(files).map(([path, file]) => [path.replaceAll('\\', '/'), file.slice()] as const),
    );
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw unreadable('The zip is damaged or not complete.', cause);
  }
}
