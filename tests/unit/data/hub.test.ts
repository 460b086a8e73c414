/** The Hub source against a server that speaks the Hub's shapes: list, redirect to another address, ranges. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { tinyRecipe } from '../../support/session.ts';

const REPO = 'classroom/faces';
const FILE = `/datasets/${REPO}/resolve/main/data/train-00000-of-00001.parquet`;

let server: Server;
let origin: string;
let asked: string[] = [];
let lists = true;

beforeAll(async () => {
  const bytes = await readFile('public/sample/faces.parquet');
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin);
    asked.push(url.pathname);
    if (url.pathname === '/parquet' && lists) {
      const file = { config: 'default', split: 'train', url: `${origin}${FILE}`, size: bytes.length };
      const other = { config: 'default', split: 'test', url: `${origin}/nowhere.parquet`, size: 1 };
      response.end(JSON.stringify({ parquet_files: [file, other] }));
    } else if (url.pathname === FILE) {
      response.writeHead(302, { Location: `/cdn/faces?expires=${asked.length.toString()}` }).end();
    } else if (url.pathname === '/cdn/faces') {
      const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      const part = bytes.subarray(Number(start), Number(end) + 1);
      const range = `bytes ${start ?? ''}-${(Number(start) + part.length - 1).toString()}/${bytes.length.toString()}`;
      response.writeHead(206, { 'Content-Range': range, ETag: '"one"' }).end(part);
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
});

afterAll(() => {
  server.close();
});

async function open(dataset: Record<string, string>) {
  const recipe = await tinyRecipe({ dataset: { source: 'hub', repo: REPO, endpoint: origin, ...dataset } });
  const { summary } = await openDataset(recipe, createPlatform(), { onProgress: () => undefined });
  return summary;
}

it('reads the files that the Hub lists for the first part', async () => {
  lists = true;
  const { labels, cleaning, origin: from } = await open({});
  expect(cleaning.kept).toBe(1200);
  expect(labels).toHaveLength(8);
  expect(from).toBe(REPO);
});

it('tries the usual file when there is no list', async () => {
  lists = false;
  asked = [];
  expect((await open({ imageColumn: 'image', labelColumn: 'qa' })).cleaning.kept).toBe(1200);
  expect(asked.slice(0, 2)).toEqual(['/parquet', FILE]);
});

it('says which column is missing, and what a wrong name of a set means', async () => {
  lists = true;
  await expect(open({ labelColumn: 'mood' })).rejects.toMatchObject({ code: 'data/column-missing' });
  lists = false;
  await expect(open({ repo: 'classroom/none' })).rejects.toMatchObject({ code: 'net/not-found' });
});

it('asks for nothing twice when a part is named that there is not', async () => {
  lists = true;
  await expect(open({ part: 'attic' })).rejects.toMatchObject({ code: 'data/no-files' });
});
