/** Folders in which there is no picture: said wherever a set comes from, with what is in them, as far as that can be known. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { pickedOf } from '../../../src/engine/set/picked.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import type { DatasetSummary } from '../../../src/protocol/set/dataset.ts';
import { TerminalReporter } from '../../../tools/train/report.ts';
import { errorOf } from './studio-error.ts';
import { greyPicture, recipeOf } from './test-recipe.ts';

const platform = createPlatform();
const quiet = { onProgress: (): void => undefined };
const SAID = '2 folders hold no picture and make no class: “pets/dog” (empty), “pets/fox” (2 files).';

/** Two classes with pictures, one that is empty, one of other files, and what systems leave. */
const files: Record<string, Uint8Array> = {};

beforeAll(async () => {
  for (let index = 0; index < 12; index += 1)
    files[`pets/${index % 2 === 0 ? 'cat' : 'cow'}/${index}.png`] = await greyPicture(index * 20);
  const text = new TextEncoder().encode('about these');
  files['pets/fox/notes.txt'] = text;
  files['pets/fox/deep/more.txt'] = text;
  files['pets/dog/.DS_Store'] = text;
  files['__MACOSX/pets/dog/._1.png'] = text;
});

const said = ({ cleaning }: DatasetSummary): string[] => cleaning.remarks.map(({ message }) => message);

/** Lays files and folders down, and takes them away after `use`. */
async function withFolder<Result>(use: (home: string) => Promise<Result>): Promise<Result> {
  const home = mkdtempSync(join(tmpdir(), 'mien-bare-'));
  try {
    return await use(home);
  } finally {
    rmSync(home, { recursive: true });
  }
}

describe('folders without pictures are said', () => {
  it('of a folder by path, in the terminal too', () =>
    withFolder(async (home) => {
      for (const [path, bytes] of Object.entries(files).filter(([path]) => !path.includes('dog'))) {
        mkdirSync(dirname(join(home, path)), { recursive: true });
        writeFileSync(join(home, path), bytes);
      }
      mkdirSync(join(home, 'pets/dog'));
      const { summary } = await openDataset(recipeOf({ source: 'folder', path: home }), platform, quiet);
      expect(summary.labels).toEqual(['cat', 'cow']);
      expect(said(summary)).toEqual([SAID]);
      const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      new TerminalReporter().event({ kind: 'dataset', dataset: summary });
      const printed = write.mock.calls.map(([text]) => String(text)).join('');
      write.mockRestore();
      expect(printed).toContain(SAID);
    }));

  it.each([
    ['/', 'as zips are made'],
    ['\\', 'as Windows’ own packer makes them'],
  ])('of a zip that lists folders with %s', async (slash) => {
    const entries = Object.entries(files).filter(([path]) => !path.includes('dog'));
    const zipped = zipSync(
      Object.fromEntries(
        [...entries, ['pets/dog/', new Uint8Array(0)], ['./pets/', new Uint8Array(0)]].map(
          ([path, bytes]) => [(path as string).replaceAll('/', slash), bytes as Uint8Array],
        ),
      ),
    );
    const file = new Blob([Uint8Array.from(zipped)]);
    const { summary } = await openDataset(recipeOf({ source: 'zip' }), platform, { file, ...quiet });
    expect(said(summary)).toEqual([SAID]);
    expect(summary.cleaning.rowsRead).toBe(12);
  });

  it('of a folder that was picked, where a hidden file tells of it, and of one that was dropped', async () => {
    const hidden = Object.entries(files);
    const dropped = [
      ...hidden.filter(([path]) => !path.includes('dog')),
      ['pets/dog/', new Uint8Array(0)] as const,
    ];
    for (const list of [hidden, dropped]) {
      const given = list.map(([path, bytes]) => new File([Uint8Array.from(bytes)], `home/${path}`));
      const { summary } = await openDataset(recipeOf({ source: 'folder' }), platform, {
        ...pickedOf(given),
        ...quiet,
      });
      expect(said(summary)).toEqual([SAID]);
    }
  });

  it('where there is nothing else', () =>
    withFolder(async (home) => {
      for (const name of ['cat', 'dog']) mkdirSync(join(home, name));
      const error = await errorOf(() =>
        openDataset(recipeOf({ source: 'folder', path: home }), platform, quiet),
      );
      expect(error.code).toBe('data/no-rows');
      expect(error.message).toContain('of 0 files none is one: there are 2 empty folders (such as cat).');
    }));
});
