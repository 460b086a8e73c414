/**
 * A folder on disk with more pictures than are prepared before threads are started, small ones, which Node reads into a part
 * of a buffer that others share, and large ones.
 */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { openDataset } from '../../src/data/open-dataset.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { greyPicture, noisePicture, recipeOf } from '../unit/data/test-recipe.ts';

const SMALL = 1200;
const LARGE = 150;

it('opens with 1,200 small and 150 large pictures', { timeout: 60_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'mien-large-'));
  const small = await Promise.all(Array.from({ length: 12 }, (_, index) => greyPicture(index * 20)));
  // Of the network's size already: what is decoded is handed on as it is.
  small.push(
    Uint8Array.from(
      await sharp({ create: { width: 32, height: 32, channels: 3, background: '#808080' } })
        .png()
        .toBuffer(),
    ),
  );
  const large = await Promise.all(
    [0, 1].map(async (number) =>
      sharp(await (await noisePicture(number)).png().toBuffer())
        .resize(600, 600)
        .jpeg({ quality: 95 })
        .toBuffer(),
    ),
  );
  for (const label of ['cat', 'dog']) mkdirSync(join(home, label));
  const write = (number: number, bytes: Uint8Array): void =>
    writeFileSync(join(home, number % 2 ? 'cat' : 'dog', `${number.toString()}.png`), bytes);
  for (let number = 0; number < SMALL; number += 1) write(number, small[number % small.length]!);
  for (let number = 0; number < LARGE; number += 1) write(SMALL + number, large[number % 2]!);
  try {
    const recipe = recipeOf({ source: 'folder', path: home });
    const { summary } = await openDataset(recipe, createPlatform(), { onProgress: () => undefined });
    expect(summary.cleaning).toMatchObject({ rowsRead: SMALL + LARGE, kept: SMALL + LARGE });
  } finally {
    rmSync(home, { recursive: true });
  }
});
