/** The Hub source against a Hub on this machine, `tools/hub`, which has its shapes and can misbehave. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeSource, openDataset } from '../../../../src/data/open-dataset.ts';
import { Tokens } from '../../../../src/engine/set/tokens.ts';
import { leftOutTexts } from '../../../../src/protocol/set/cleaning-words.ts';
import { createPlatform } from '../../../../src/platform/platform.node.ts';
import type { StudioError } from '../../../../src/protocol/errors.ts';
import type { OptionValue } from '../../../../src/protocol/recipe/recipe.ts';
import { HUB_REPO, startTestHub, type TestHub } from '../../../support/sets/local-hub.ts';
import { greyPicture, recipeOf } from '../test-recipe.ts';

const GATED = 'classroom/gated';
const TOKEN = 'hf_let_me_in';
const PARTS = 'classroom/parts';
/** With a part that has no rows, and shards with a hash in their names. */
const LOST = 'classroom/lost';
/** Of one file where sets usually have theirs. */
const PLAIN = 'classroom/plain';

/** A set with whole-number labels; `features` is what the Hub's library writes beside it. */
async function tableOf(rows: number, from: number, features?: object): Promise<Uint8Array> {
  const pictures = await Promise.all(Array.from({ length: rows }, (_, row) => greyPicture(from + row)));
  const labels = Array.from({ length: rows }, (_, row) => row % 2);
  const described = [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }];
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'photo', data: pictures, type: 'BYTE_ARRAY' },
        { name: 'mood', data: labels, type: 'INT32' },
      ],
      ...(features === undefined ? {} : { kvMetadata: described }),
    }),
  );
}

const MOODS = { photo: { _type: 'Image' }, mood: { _type: 'ClassLabel', names: ['Calm', 'Angry'] } };

let hub: TestHub;
let quiet: TestHub;

beforeAll(async () => {
  const files = {
    [`${HUB_REPO}/README.md`]: '---\nlicense: cc0-1.0\n---\n',
    [`${PARTS}/de/test-00000-of-00001.parquet`]: await tableOf(8, 60, MOODS),
    [`${PARTS}/de/train-00000-of-00002.parquet`]: await tableOf(12, 0, MOODS),
    [`${PARTS}/de/train-00001-of-00002.parquet`]: await tableOf(12, 20, MOODS),
    [`${PARTS}/en/train.parquet`]: await tableOf(12, 40),
    [`${GATED}/data/train.parquet`]: await tableOf(12, 0, MOODS),
    [`${LOST}/data/test-00000-of-00001.parquet`]: await tableOf(0, 0, MOODS),
    [`${LOST}/data/train-00000-of-00002-b42a775f407cee40.parquet`]: await tableOf(12, 0, MOODS),
    [`${LOST}/data/train-00001-of-00002-b42a775f407cee41.parquet`]: await tableOf(12, 12, MOODS),
    [`${PLAIN}/data/train-00000-of-00001.parquet`]: await tableOf(12, 0, MOODS),
  };
  hub = await startTestHub({ gated: { [GATED]: TOKEN } }, files);
  quiet = await startTestHub({ hasDatasetsServer: false }, files);
});

afterAll(async () => {
  await hub.close();
  await quiet.close();
});

beforeEach(() => {
  for (const one of [hub, quiet]) {
    one.misbehave();
    one.requests.length = 0;
  }
});

async function open(options: Record<string, OptionValue>, at = hub, tokens = new Tokens()) {
  const notes: string[] = [];
  const notices: StudioError[] = [];
  const recipe = recipeOf({ source: 'hub', repo: HUB_REPO, endpoint: at.origin, ...options });
  const { summary } = await openDataset(recipe, createPlatform(), {
    onProgress: () => undefined,
    onNote: (note) => notes.push(note),
    onNotice: (notice) => notices.push(notice),
    tokenFor: tokens.for,
  });
  return { ...summary, notes, notices };
}

const lookUp = (options: Record<string, string>, at = hub, tokens = new Tokens()) =>
  describeSource(
    { source: 'hub', repo: PARTS, endpoint: at.origin, ...options },
    { platform: createPlatform(), tokenFor: tokens.for },
  );

describe('opening', () => {
  it('reads the first part that the Hub lists, and says where it is from', async () => {
    const { labels, cleaning, origin, provenance, notes } = await open({});
    expect(cleaning.kept).toBe(1200);
    expect(labels).toHaveLength(8);
    expect(origin).toBe(HUB_REPO);
    expect(provenance).toMatchObject({
      revision: 'main',
      licence: 'cc0-1.0',
      page: `${hub.origin}/datasets/${HUB_REPO}`,
    });
    expect(provenance?.commit).toMatch(/^[\da-f]{40}$/u);
    const size = readFileSync('public/sample/faces.parquet').length;
    expect(hub.sentBytes()).toBeLessThanOrEqual(size * 1.05);
    expect(notes.some((note) => /^\d[\d.]* .?B of 4\.9 MB downloaded$/u.test(note))).toBe(true);
  });

  const moods = { repo: PARTS, imageColumn: 'photo', labelColumn: 'mood' };

  it.each([
    ['the first part of the first configuration, its files in order', {}, 24, ['Calm', 'Angry']],
    ['a part', { config: 'de', part: 'test' }, 8, ['Calm', 'Angry']],
    ['all parts', { config: 'de', part: 'all' }, 32, ['Calm', 'Angry']],
    ['another configuration', { config: 'en' }, 12, ['0', '1']],
    ['a file by its path', { path: 'de/test-00000-of-00001.parquet' }, 8, ['Calm', 'Angry']],
    ['the files of a commit', { revision: 'abc123', config: 'de', part: 'test' }, 8, ['Calm', 'Angry']],
  ])('reads %s', async (_what, options, rows, labels) => {
    const set = await open({ ...moods, ...options });
    expect([set.cleaning.kept, set.labels]).toEqual([rows, labels]);
    expect(set.provenance?.licence).toBeNull();
  });

  it('takes parts as the split when asked to', async () => {
    const { split } = await open({ ...moods, config: 'de', part: 'all', splitParts: true });
    expect(Array.from(split.test)).toEqual([24, 25, 26, 27, 28, 29, 30, 31]);
    expect(split.train.length + split.validation.length).toBe(24);
  });

  it('passes an empty part over and says so, and has what is called by a hash in one part', async () => {
    const all = await open({ ...moods, repo: LOST, part: 'all' });
    expect(all.cleaning.kept).toBe(24);
    expect(leftOutTexts(all)).toEqual(['1 file without rows (test, 0000.parquet)']);
    expect(all.cleaning.remarks[0]?.message).toContain('“train”, “test”, are put together');
    expect((await open({ ...moods, repo: LOST })).cleaning.kept).toBe(24);
    await expect(open({ ...moods, repo: LOST, part: 'test' })).rejects.toMatchObject({
      code: 'data/no-rows',
    });
  });

  it('takes names of classes from the description where the file has none', async () => {
    // The first file of a configuration describes it; this one follows without.
    const folder = join(hub.folder, 'classroom/late/x');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'test.parquet'), await tableOf(12, 0));
    writeFileSync(join(folder, 'train.parquet'), await tableOf(12, 0, MOODS));
    const { labels } = await open({ ...moods, repo: 'classroom/late', part: 'test' });
    rmSync(join(hub.folder, 'classroom/late'), { recursive: true });
    expect(labels).toEqual(['Calm', 'Angry']);
  });

  it('reads the list of files where there is no datasets-server, and the usual file where there is no list', async () => {
    const set = await open({ ...moods, config: 'de', part: 'all' }, quiet);
    expect(set.cleaning.kept).toBe(32);
    quiet.misbehave({ server: 'hub', path: '/api/', kind: 'status', status: 404 });
    expect((await open({ ...moods, repo: PLAIN }, quiet)).cleaning.kept).toBe(12);
  });

  it.each([
    ['a missing column', { labelColumn: 'mood' }, 'data/column-missing'],
    ['a wrong name', { repo: 'classroom/none' }, 'net/not-found'],
    ['what is no name', { repo: '../../etc/passwd' }, 'data/no-repository'],
    ['a part that there is not', { part: 'attic' }, 'data/no-files'],
  ])('says what is wrong: %s', async (_what, options, code) => {
    await expect(open(options)).rejects.toMatchObject({ code });
  });

  it('waits when there were too many requests, and says so', async () => {
    const headers = { RateLimit: '"resolvers";r=0;t=1' };
    hub.misbehave({ server: 'hub', path: '/datasets/', kind: 'status', status: 429, headers, times: 1 });
    const { notes, cleaning } = await open({ ...moods });
    expect(cleaning.kept).toBe(24);
    expect(notes).toContainEqual(expect.stringMatching(/^waiting [12] s: the server asks for patience$/u));
  });
});

describe('a gated set', () => {
  const gated = { repo: GATED, imageColumn: 'photo', labelColumn: 'mood' };

  it('opens with its token, which goes to its server only', async () => {
    await expect(open(gated)).rejects.toMatchObject({ code: 'net/gated' });
    const tokens = new Tokens();
    tokens.use(quiet.origin, TOKEN);
    await expect(open(gated, hub, tokens)).rejects.toMatchObject({ code: 'net/gated' });
    tokens.use(hub.origin, TOKEN);
    hub.requests.length = 0;
    expect((await open(gated, hub, tokens)).cleaning.kept).toBe(12);
    const asked = hub.requests.map(({ server, hasToken }) => `${server} ${String(hasToken)}`);
    expect(new Set(asked)).toEqual(new Set(['hub true', 'files false']));
    tokens.use(hub.origin, '');
    await expect(open(gated, hub, tokens)).rejects.toMatchObject({ code: 'net/gated' });
  });

  it('says what is wrong with a token without repeating it', () => {
    const tokens = new Tokens();
    let said: unknown;
    try {
      tokens.use(hub.origin, 'hf_ä secret');
    } catch (error) {
      said = error;
    }
    expect(said).toMatchObject({ code: 'recipe/bad-token' });
    expect(JSON.stringify((said as StudioError).toWire())).not.toContain('secret');
    expect(() => tokens.use('file:///etc/passwd', 'x')).toThrow(/address of a server/u);
  });
});

describe('looking up', () => {
  it('says what a set holds, and downloads nothing', async () => {
    const { facts, offers, page } = await lookUp({});
    expect(Object.fromEntries(facts.map(({ label, value }) => [label, value]))).toMatchObject({
      pictures: '24',
      licence: 'the card states none',
      size: expect.stringMatching(/ in 2 files$/u) as string,
    });
    expect(page).toBe(`${hub.origin}/datasets/${PARTS}`);
    expect(offers['config']?.map(({ value }) => value)).toEqual(['', 'de', 'en']);
    expect(offers['part']?.map(({ label }) => label)).toEqual([
      'the first: train, 24 pictures',
      'train, 24 pictures',
      'test, 8 pictures',
      'all 2 parts',
    ]);
    expect(offers['imageColumn']?.slice(1)).toEqual([{ value: 'photo', label: 'photo: pictures' }]);
    expect(offers['labelColumn']?.slice(1)).toEqual([{ value: 'mood', label: 'mood: 2 classes' }]);
    expect(hub.sentBytes()).toBe(0);
  });

  it('follows the configuration, and does with less where less is told', async () => {
    const { offers } = await lookUp({ config: 'en' });
    expect(offers['part']?.map(({ value }) => value)).toEqual(['', 'train']);
    const plain = await lookUp({}, quiet);
    expect(plain.offers['part']?.map(({ value }) => value)).toEqual(['', 'train', 'test', 'all']);
    expect(plain.offers['labelColumn']).toBeUndefined();
  });

  it('says the licence, and that a set wants agreement', async () => {
    expect((await lookUp({ repo: HUB_REPO })).facts).toContainEqual({ label: 'licence', value: 'cc0-1.0' });
    const { facts } = await lookUp({ repo: GATED });
    expect(facts.find(({ label }) => label === 'access')?.value).toMatch(/agreeing/u);
    await expect(lookUp({ repo: 'no/such' })).rejects.toMatchObject({ code: 'net/not-found' });
  });
});
