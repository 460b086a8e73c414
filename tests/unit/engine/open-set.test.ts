/** An open set whose prepared pictures are gone from the store: it reads them again by itself, and says so once. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { OpenSet } from '../../../src/engine/set/open-set.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { setFolder } from '../../support/sets/open-sets.ts';
import { tinyRecipe } from '../../support/session.ts';
import { smallSet } from '../../support/sets/small-set.ts';

const folder = setFolder();
/** What was said, by code. */
let said: string[];

beforeEach(() => {
  said = [];
});

/** A tab that has a set open. */
async function opened(recipe: Recipe): Promise<OpenSet> {
  const set = folder.newSet();
  await set.open(recipe, {
    signal: new AbortController().signal,
    emit: (event) => {
      if (event.kind === 'notice') said.push(event.notice.code);
    },
  });
  return set;
}

/** One whose pictures were prepared by an earlier visit, so that they are on disk alone. */
async function openedAgain(recipe: Recipe): Promise<OpenSet> {
  await (await opened(recipe)).close();
  return opened(recipe);
}

const forgetPictures = (): Promise<void> => rm(join(folder.path(), 'data', 'pictures'), { recursive: true });

describe('pictures that are gone', () => {
  it('are read again once for all who ask, and that is said', async () => {
    const recipe = await tinyRecipe({ dataset: { source: 'parquet', path: 'faces.parquet' } });
    const set = await openedAgain(recipe);
    const expected = await (await opened(recipe)).pictures([0, 40, 79]);
    await forgetPictures();
    const asked = await Promise.all([
      set.pictures([0, 40, 79]),
      set.views(recipe, 5, 2),
      set.dataset.pictures.read([3]),
    ]);
    expect(asked[0]).toEqual(expected);
    expect(said).toEqual(['storage/pictures-gone']);
    // They are kept again.
    await (await opened(recipe)).pictures([79]);
    expect(said).toEqual(['storage/pictures-gone']);
  });

  it('are waited for no longer than one wants', async () => {
    const recipe = await tinyRecipe({ dataset: { source: 'parquet', path: 'faces.parquet' } });
    const set = await openedAgain(recipe);
    await forgetPictures();
    const abort = new AbortController();
    const reading = set.thumbnails([0], 16, abort.signal);
    const waiting = set.thumbnails([1], 16, new AbortController().signal);
    abort.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect((await waiting).rows).toEqual([1]);
  });

  it('come when their source is there again, where it was not', async () => {
    const recipe = await tinyRecipe({ dataset: { source: 'parquet', path: 'faces.parquet' } });
    const set = await openedAgain(recipe);
    await forgetPictures();
    await rm(join(folder.path(), 'faces.parquet'));
    await expect(set.pictures([0])).rejects.toMatchObject({ code: 'data/file-missing' });
    await writeFile(join(folder.path(), 'faces.parquet'), await smallSet(80));
    expect((await set.pictures([0])).rows).toEqual([0]);
  });

  it('are not taken from another set in the place of theirs', async () => {
    const recipe = await tinyRecipe({ dataset: { source: 'parquet', path: 'faces.parquet' } });
    const set = await openedAgain(recipe);
    await forgetPictures();
    await writeFile(join(folder.path(), 'faces.parquet'), await smallSet(72));
    await expect(set.pictures([0])).rejects.toMatchObject({ code: 'data/changed' });
  });
});
