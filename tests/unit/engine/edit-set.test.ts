/** Editing an open set: nothing is read anew, the list is kept with the set, and travels as a file. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import type { OpenSet } from '../../../src/engine/set/open-set.ts';
import type { DatasetSummary } from '../../../src/protocol/set/dataset.ts';
import { parseEditsFile } from '../../../src/protocol/set/edits.ts';
import { withoutEdits } from '../../../src/protocol/identity.ts';
import type { EditChange } from '../../../src/protocol/messages.ts';
import type { EditsRef, Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { setFolder } from '../../support/sets/open-sets.ts';
import { tinyRecipe } from '../../support/session.ts';

const folder = setFolder();
/** Stages that were begun. */
let said: string[];

beforeEach(() => {
  said = [];
});

const work = () => ({
  signal: new AbortController().signal,
  emit: (event: { kind: string }) => void said.push(event.kind),
});

const { newSet } = folder;

const plainRecipe = (): Promise<Recipe> =>
  tinyRecipe({ dataset: { source: 'parquet', path: 'faces.parquet' } });

const withEdits = (recipe: Recipe, edits: EditsRef | null): Recipe => {
  const plain = withoutEdits(recipe);
  return edits === null
    ? plain
    : { ...plain, dataset: Object.assign({ source: '' }, plain.dataset, { edits }) };
};

/** A picture of many colours. */
const pictureBytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
  const raw = { width: 40, height: 30, channels: 3 } as const;
  const pixels = Uint8Array.from({ length: 40 * 30 * 3 }, (_, index) => (index * 7) % 256);
  return Uint8Array.from(await sharp(pixels, { raw }).jpeg().toBuffer());
};

/** Opens a set and makes changes, one after another, as the page does. */
async function edited(
  set: OpenSet,
  recipe: Recipe,
  ...changes: readonly EditChange[]
): Promise<{ list: EditsRef | null; summary: DatasetSummary }> {
  let summary = await set.open(recipe, work());
  let list = recipe.dataset.edits ?? null;
  for (const change of changes) {
    ({ list } = await set.edit({ list, change }, work()));
    summary = await set.open(withEdits(recipe, list), work());
  }
  return { list, summary };
}

describe('an open set', () => {
  it('is relabelled without being read again, and its pictures are the same', async () => {
    const set = newSet();
    const recipe = await plainRecipe();
    const before = await set.open(recipe, work());
    const pictures = await set.pictures([0, 79]);
    // Whatever is read from now on would not be there.
    await rm(join(folder.path(), 'faces.parquet'));
    said = [];
    const [first, other] = before.labels;
    const row = before.labelOfRow.indexOf(0);
    const { summary } = await edited(set, recipe, { do: 'relabel', rows: [row], to: other! });
    expect(summary.labels[summary.labelOfRow[row]!]).toBe(other);
    expect(before.labels[before.labelOfRow[row]!]).toBe(first);
    expect(summary.split).toEqual(before.split);
    expect(summary.picturesKey).toBe(before.picturesKey);
    expect(summary.setHash).not.toBe(before.setHash);
    expect(await set.pictures([0, 79])).toEqual(pictures);
    expect(said).toEqual([]);
  });

  it('is as it was when the last edit is taken back, and offers what it had', async () => {
    const set = newSet();
    const recipe = await plainRecipe();
    const before = await set.open(recipe, work());
    const { list } = await edited(set, recipe, { do: 'leaveOut', rows: [3] });
    const { summary } = await edited(set, withEdits(recipe, list), { do: 'undo' });
    expect(summary).toEqual({ ...before, keptEdits: list });
  });

  it('has its edits on the next visit, by the recipe alone', async () => {
    const recipe = await plainRecipe();
    const { list, summary } = await edited(
      newSet(),
      recipe,
      { do: 'leaveOut', rows: [3] },
      { do: 'rename', class: 'anger', to: 'wrath' },
    );
    expect(list?.count).toBe(2);
    expect(await newSet().open(withEdits(recipe, list), work())).toEqual(summary);
    // One who opens the set without them is offered them.
    expect((await newSet().open(recipe, work())).keptEdits).toEqual(list);
  });

  it('refuses a list that is not here before anything is read, and takes it from a file', async () => {
    const recipe = await plainRecipe();
    const first = newSet();
    const { list, summary } = await edited(first, recipe, { do: 'relabel', rows: [5], to: 'fear' });
    const saved = await first.saveEdits(list!);
    expect(saved.fileName).toBe('faces-edits.json');

    const elsewhere = newSet('elsewhere');
    said = [];
    await expect(elsewhere.open(withEdits(recipe, list), work())).rejects.toMatchObject({
      code: 'data/edits-missing',
    });
    expect(said).toEqual([]);
    const taken = await elsewhere.takeEdits(saved.blob);
    expect(taken.list).toEqual(list);
    expect(await elsewhere.open(withEdits(recipe, list), work())).toEqual(summary);
  });

  it('takes pictures in, which travel with the list; a file that is none is named', async () => {
    const recipe = await plainRecipe();
    const set = newSet();
    const before = await set.open(recipe, work());
    const good = new File([await pictureBytes()], 'new.jpg');
    const bad = new File(['<html>'], 'page.jpg');
    const { list, unreadable } = await set.edit(
      { list: null, change: { do: 'add', pictures: [good, bad].map((file) => ({ file, to: 'owl' })) } },
      work(),
    );
    expect(unreadable).toEqual(['page.jpg']);
    const summary = await set.open(withEdits(recipe, list), work());
    expect(summary.labels).toContain('owl');
    const rows = before.labelOfRow.length;
    expect(summary.labelOfRow).toHaveLength(rows + 1);
    expect(set.describePictures([rows])[0]).toMatchObject({
      path: 'new.jpg',
      sourceRow: null,
      format: 'jpeg',
    });
    const [theirs, ours] = [await set.pictures([rows]), await set.pictures([0, rows, 1])];
    expect(ours.rgba.subarray(4 * 32 * 32, 2 * 4 * 32 * 32)).toEqual(theirs.rgba);
    expect(new Set(theirs.rgba).size).toBeGreaterThan(10);

    const file = await (await set.saveEdits(list!)).blob.text();
    const elsewhere = newSet('elsewhere');
    await elsewhere.edits.take(parseEditsFile(file));
    await elsewhere.open(withEdits(recipe, list), work());
    expect((await elsewhere.pictures([rows])).rgba).toEqual(theirs.rgba);
  });
});
