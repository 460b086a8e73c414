/** The Hub source against a server that speaks the Hub's shapes: list, redirect to another address, ranges. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { HUB_REPO, startTestHub, type TestHub } from '../../support/local-hub.ts';
import { tinyRecipe } from '../../support/session.ts';

let hub: TestHub;
let quiet: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
  quiet = await startTestHub({ hasDatasetsServer: false });
});

afterAll(async () => {
  await hub.close();
  await quiet.close();
});

async function open(dataset: Record<string, string>, { origin } = hub) {
  const recipe = await tinyRecipe({
    dataset: { source: 'hub', repo: HUB_REPO, endpoint: origin, ...dataset },
  });
  const { summary } = await openDataset(recipe, createPlatform(), { onProgress: () => undefined });
  return summary;
}

it('reads the files that the Hub lists for the first part', async () => {
  const { labels, cleaning, origin: from } = await open({});
  expect(cleaning.kept).toBe(1200);
  expect(labels).toHaveLength(8);
  expect(from).toBe(HUB_REPO);
});

it('tries the usual file when there is no list', async () => {
  expect((await open({ imageColumn: 'image', labelColumn: 'qa' }, quiet)).cleaning.kept).toBe(1200);
});

it('says which column is missing, and what a wrong name of a set means', async () => {
  await expect(open({ labelColumn: 'mood' })).rejects.toMatchObject({ code: 'data/column-missing' });
  await expect(open({ repo: 'classroom/none' })).rejects.toMatchObject({ code: 'net/not-found' });
});

it('asks for nothing twice when a part is named that there is not', async () => {
  await expect(open({ part: 'attic' })).rejects.toMatchObject({ code: 'data/no-files' });
});
