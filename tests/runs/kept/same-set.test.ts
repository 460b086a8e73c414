/** A run goes on with the very pictures and labels that it began with, wherever they lie now, and with no others. */
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../../src/protocol/events.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { runsOf, sessionOn, tinyRecipe, train } from '../../support/session.ts';
import { noisePicture } from '../../unit/data/test-recipe.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mien-same-set-'));
  for (let number = 0; number < 24; number += 1) {
    const path = join(home, 'one', number % 2 ? 'glad' : 'sad', `${number}.png`);
    await mkdir(dirname(path), { recursive: true });
    await (await noisePicture(number)).png().toFile(path);
  }
});
afterEach(() => rm(home, { recursive: true }));

const recipeAt = (folder: string): Promise<Recipe> =>
  tinyRecipe({
    dataset: { source: 'folder', path: join(home, folder) },
    phases: [{ name: 'head', epochs: 3, learningRate: 0.001 }],
  });

/** Trains for an epoch, as a tab that is closed then. */
async function breakOff(): Promise<void> {
  const session = await sessionOn(join(home, 'store'));
  const broken = train(session, await recipeAt('one'), (event, control) => {
    if (event.kind === 'step' && event.epoch === 2) control.cancel();
  });
  await expect(broken).rejects.toMatchObject({ name: 'AbortError' });
}

/** Goes on with what was broken off, in a new tab. */
async function goOn(folder: string): Promise<RunResult> {
  const session = await sessionOn(join(home, 'store'));
  const [run] = await runsOf(session);
  const { result } = await train(session, await recipeAt(folder), () => undefined, run?.runId);
  return result;
}

describe('a run that was broken off', () => {
  it('goes on with a copy of its folder', async () => {
    await breakOff();
    await cp(join(home, 'one'), join(home, 'two'), { recursive: true });
    await rm(join(home, 'one'), { recursive: true });
    const { history, setHash } = await goOn('two');
    expect(history).toHaveLength(3);
    expect(setHash).toMatch(/^[\w-]+$/);
  });

  it.each<[string, (folder: string) => Promise<void>]>([
    [
      'a picture that was saved anew, though its labels and split are as they were',
      async (folder) => {
        const path = join(folder, 'glad', '3.png');
        const anew = await sharp(await readFile(path))
          .jpeg({ quality: 60 })
          .toBuffer();
        await writeFile(path, anew);
      },
    ],
    [
      'a picture under another name',
      (folder) => rename(join(folder, 'sad', '2.png'), join(folder, 'sad', '22.png')),
    ],
    [
      'classes of other names in the same order',
      (folder) => rename(join(folder, 'sad'), join(folder, 'sadder')),
    ],
  ])('does not go on with %s', async (_what, change) => {
    await breakOff();
    await change(join(home, 'one'));
    await expect(goOn('one')).rejects.toMatchObject({ code: 'train/other-pictures' });
  });
});
