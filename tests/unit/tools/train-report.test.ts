/** What `npm run train` says of a set: all that is not used of it, with what can be done, and how it was read. */
import { afterEach, expect, it, vi } from 'vitest';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { TerminalReporter } from '../../../tools/train/report.ts';
import { greyPicture, recipeOf } from '../data/test-recipe.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('counts what is left out, class by class, and tells how the set was read', async () => {
  const bytes: Record<string, Uint8Array> = { 'notes.txt': new Uint8Array(3) };
  for (let index = 0; index < 6; index += 1) {
    bytes[`train/cat/${index.toString()}.png`] = await greyPicture(index);
    bytes[`test/dog/${index.toString()}.png`] = await greyPicture(100 + index);
    bytes[`test/bird/${index.toString()}.tif`] = Uint8Array.from([
      0x49,
      0x49,
      0x2a,
      0,
      ...new Uint8Array(60),
    ]);
  }
  const folder = Object.entries(bytes).map(([path, content]) => ({
    path,
    sizeBytes: content.length,
    read: () => Promise.resolve(content),
  }));
  const recipe = recipeOf({ source: 'folder' });
  const { summary } = await openDataset(recipe, createPlatform(), { folder, onProgress: () => undefined });
  const said: string[] = [];
  const hear = (text: string | Uint8Array): boolean => said.push(String(text)) > 0;
  vi.spyOn(process.stderr, 'write').mockImplementation(hear);
  vi.spyOn(process.stdout, 'write').mockImplementation(hear);
  new TerminalReporter().event({ kind: 'dataset', dataset: summary });
  const text = said.join('');
  expect(text).toContain('Left out: 1 .txt file (notes.txt), 6 with a picture that cannot be read.');
  expect(text).toContain('In place of pictures: 6 TIFF pictures (bird 6)');
  expect(text).toContain('Save such pictures as JPEG or PNG');
  expect(text).toContain('“test”, “train”; they are put together and drawn anew');
  expect(text).toContain('“bird” (6 rows)');
});
