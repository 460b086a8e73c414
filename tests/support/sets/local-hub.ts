/** A Hub for tests, `tools/hub`, with sets that are written for the occasion; removed with its folder when closed. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startHub, type HubOptions, type LocalHub } from '../../../tools/hub/server.ts';

/** The set that is always there: the built-in faces, 1,200 in one file of six row groups. */
export const HUB_REPO = 'classroom/faces';
/** Where that file is asked for when the files are listed, as the Hub notes it. */
export const HUB_FILE = `/datasets/${HUB_REPO}/resolve/refs/convert/parquet/default/train/0000.parquet`;

export interface TestHub extends LocalHub {
  /** What it serves; `set/name/path` may be written and removed at any time. */
  readonly folder: string;
}

/** Starts one. `files` are written beside the set that is always there, by their path below the folder. */
export async function startTestHub(
  options: Omit<HubOptions, 'folder'> = {},
  files: Readonly<Record<string, Uint8Array | string>> = {},
): Promise<TestHub> {
  const folder = mkdtempSync(join(tmpdir(), 'mien-hub-'));
  const set = join(folder, HUB_REPO);
  mkdirSync(join(set, 'data'), { recursive: true });
  cpSync('public/sample/faces.parquet', join(set, 'data', 'train-00000-of-00001.parquet'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const hub = await startHub({ folder, ...options });
  const close = hub.close.bind(hub);
  return Object.assign(hub, {
    folder,
    close: async () => {
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}
