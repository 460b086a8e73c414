/** Sets opened in folders, as tabs do: each test has a folder of its own, with 80 small faces as `faces.parquet`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import { FaceFinder } from '../../../src/engine/faces.ts';
import { OpenSet } from '../../../src/engine/set/open-set.ts';
import { Tokens } from '../../../src/engine/set/tokens.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { smallSet } from './small-set.ts';

/** What a file of tests has of it. */
export interface SetFolder {
  /** Of the test under way. */
  path(): string;
  /** A tab without a set yet; `dataFolder` is where it stores. */
  newSet(dataFolder?: string): OpenSet;
}

/** Makes a folder before each test, closes what was opened after it, and removes it. */
export function setFolder(): SetFolder {
  let faces: Uint8Array;
  let folder: string;
  let sets: OpenSet[];
  beforeAll(async () => {
    faces = await smallSet(80);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mien-open-sets-'));
    await writeFile(join(folder, 'faces.parquet'), faces);
    sets = [];
  });
  afterEach(async () => {
    await Promise.all(sets.map((set) => set.close()));
    await rm(folder, { recursive: true });
  });
  return {
    path: () => folder,
    newSet: (dataFolder = 'data') => {
      const platform = createPlatform({ baseFolder: folder, dataFolder: join(folder, dataFolder) });
      // None of these sets is cut to faces: no device is taken.
      const faces = new FaceFinder(platform, () => Promise.reject(new TypeError('there is no device here')));
      const set = new OpenSet(platform, new Tokens(), faces);
      sets.push(set);
      return set;
    },
  };
}
