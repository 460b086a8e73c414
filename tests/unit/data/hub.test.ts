/** The Hub source against a server that speaks the Hub's shapes: list, redirect to another address, ranges. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { HUB_FILE, HUB_REPO, startLittleHub, type LittleHub } from '../../support/little-hub.ts';
import { tinyRecipe } from '../../support/session.ts';

let hub: LittleHub;

beforeAll(async () => {
  hub = await startLittleHub();
});

afterAll(async () => {
  await hub.close();
});

async function open(dataset: Record<string, string>) {
  const recipe = await tinyRecipe({
    dataset: { source: 'hub', repo: HUB_REPO, endpoint: hub.origin, ...dataset },
  });
  const { summary } = await openDataset(recipe, createPlatform(), { onProgress: () => undefined });
  return summary;
}

it('reads the files that the Hub lists for the first part', async () => {
  hub.lists = true;
  const { labels, cleaning, origin: from } = await open({});
  expect(cleaning.kept).toBe(1200);
  expect(labels).toHaveLength(8);
  expect(from).toBe(HUB_REPO);
});

it('tries the usual file when there is no list', async () => {
  hub.lists = false;
  hub.asked = [];
  expect((await open({ imageColumn: 'image', labelColumn: 'qa' })).cleaning.kept).toBe(1200);
  expect(hub.asked.slice(0, 2)).toEqual(['/parquet', HUB_FILE]);
});

it('says which column is missing, and what a wrong name of a set means', async () => {
  hub.lists = true;
  await expect(open({ labelColumn: 'mood' })).rejects.toMatchObject({ code: 'data/column-missing' });
  hub.lists = false;
  await expect(open({ repo: 'classroom/none' })).rejects.toMatchObject({ code: 'net/not-found' });
});

it('asks for nothing twice when a part is named that there is not', async () => {
  hub.lists = true;
  await expect(open({ part: 'attic' })).rejects.toMatchObject({ code: 'data/no-files' });
});
