/** The Hub of `tools/hub` in the shapes that the real one has, and what it can do wrong. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HUB_FILE, HUB_REPO, startTestHub, type TestHub } from '../../support/sets/local-hub.ts';

/** As pages ask for it: slashes of a revision are encoded. */
const FILE = HUB_FILE.replace('refs/convert/parquet', 'refs%2Fconvert%2Fparquet');
const faces = readFileSync('public/sample/faces.parquet');
const fixture = (name: string): Uint8Array => readFileSync(`tests/parity/data/fixtures/${name}.parquet`);
const SECRET = 'classroom/secret';
const TOKEN = 'hf_let_me_in';

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub(
    { gated: { [SECRET]: TOKEN } },
    {
      'classroom/faces/README.md': '---\nlicense: cc0-1.0\n---\n# Faces',
      'classroom/parts/de/train-00000-of-00002.parquet': fixture('hub-snappy'),
      'classroom/parts/de/train-00001-of-00002.parquet': fixture('hub-pages'),
      'classroom/parts/de/test.parquet': fixture('hub-snappy'),
      'classroom/parts/en/train.parquet': fixture('hub-snappy'),
      'classroom/secret/data/train.parquet': fixture('class-label-zstd'),
      'loose.parquet': fixture('class-label-zstd'),
      'models/timm/vgg/model.safetensors': 'weights',
    },
  );
});

afterAll(() => hub.close());

beforeEach(() => {
  hub.misbehave();
  hub.requests.length = 0;
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${hub.origin}${path}`, { headers });
const json = async (path: string): Promise<unknown> => (await get(path)).json();

describe('files', () => {
  it('are behind a redirect to another origin, in ranges, for pages of any origin', async () => {
    const first = await fetch(`${hub.origin}${FILE}`, { redirect: 'manual' });
    expect(first.status).toBe(302);
    expect(first.headers.get('x-linked-size')).toBe(String(faces.length));
    const location = new URL(first.headers.get('location') ?? '');
    expect(location.origin).not.toBe(hub.origin);

    const part = await get(FILE, { Range: 'bytes=100-199' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 100-199/${faces.length}`);
    expect(part.headers.get('access-control-allow-origin')).toBe('*');
    expect(part.headers.get('etag')).toBe(first.headers.get('x-linked-etag'));
    expect(Buffer.from(await part.arrayBuffer())).toEqual(faces.subarray(100, 200));
    expect(hub.sentBytes(HUB_FILE)).toBe(100);
  });

  it('have addresses that expire and cannot be made up', async () => {
    const { headers } = await fetch(`${hub.origin}${FILE}`, { redirect: 'manual' });
    const forged = new URL(headers.get('location') ?? '');
    forged.searchParams.set('Expires', '9999999999999');
    expect((await fetch(forged)).status).toBe(403);
    const short = await startTestHub({ expireMs: -1 });
    expect((await fetch(`${short.origin}${FILE}`)).status).toBe(403);
    await short.close();
  });

  it('are found by their own path, of models too, and nothing beyond the folder is', async () => {
    expect(await (await get('/timm/vgg/resolve/main/model.safetensors')).text()).toBe('weights');
    const own = await get(`/datasets/${HUB_REPO}/resolve/main/data/train-00000-of-00001.parquet`);
    expect((await own.arrayBuffer()).byteLength).toBe(faces.length);
    for (const path of ['..%2f..%2f..%2fetc%2fpasswd', 'data/none.parquet']) {
      expect((await get(`/datasets/${HUB_REPO}/resolve/main/${path}`)).status).toBe(404);
    }
    expect((await get('/datasets/no/such/resolve/main/a.parquet')).status).toBe(401);
  });

  it('of a gated set want the token, which does not travel on', async () => {
    const path = `/datasets/${SECRET}/resolve/main/data/train.parquet`;
    const refused = await get(path);
    expect([refused.status, refused.headers.get('x-error-code')]).toEqual([401, 'GatedRepo']);
    expect((await get(path, { Authorization: 'Bearer wrong' })).status).toBe(403);
    hub.requests.length = 0;
    const given = await get(path, { Authorization: `Bearer ${TOKEN}` });
    expect((await given.arrayBuffer()).byteLength).toBe(fixture('class-label-zstd').length);
    expect(hub.requests.map(({ server, hasToken }) => [server, hasToken])).toEqual([
      ['hub', true],
      ['files', false],
    ]);
  });
});

describe('the API', () => {
  it('says what there is in a set', async () => {
    const set = 'dataset=classroom%2Fparts';
    expect(await json(`/splits?${set}`)).toMatchObject({
      splits: [
        { config: 'de', split: 'train' },
        { config: 'de', split: 'test' },
        { config: 'en', split: 'train' },
      ],
    });
    const { parquet_files: files } = (await json(`/parquet?${set}`)) as { parquet_files: { url: string }[] };
    expect(files.map(({ url }) => url.replace(/.*parquet\//u, ''))).toEqual([
      'de/train/0000.parquet',
      'de/train/0001.parquet',
      'de/test/0000.parquet',
      'en/train/0000.parquet',
    ]);
    const bytes = await Promise.all(
      files.map(async ({ url }) => (await (await fetch(url)).arrayBuffer()).byteLength),
    );
    expect(bytes).toEqual(
      ['hub-snappy', 'hub-pages', 'hub-snappy', 'hub-snappy'].map((name) => fixture(name).length),
    );
    expect(await json(`/info?dataset=classroom%2Floose&config=default`)).toMatchObject({
      dataset_info: { features: { label: { _type: 'ClassLabel' } }, splits: { train: { name: 'train' } } },
    });
    expect(await json(`/size?dataset=${HUB_REPO}`)).toMatchObject({
      size: { dataset: { num_rows: 1200, num_bytes_parquet_files: faces.length, num_columns: 2 } },
    });
  });

  it('says the licence of a card, and which files there are', async () => {
    expect(await json(`/api/datasets/${HUB_REPO}`)).toMatchObject({
      id: HUB_REPO,
      gated: false,
      cardData: { license: 'cc0-1.0' },
      siblings: [{ rfilename: 'README.md' }, { rfilename: 'data/train-00000-of-00001.parquet' }],
    });
    expect(await json(`/api/datasets/${SECRET}/revision/main`)).toMatchObject({
      gated: 'auto',
      cardData: {},
    });
    expect(await json('/api/datasets/classroom/loose/tree/main')).toMatchObject([{ path: 'loose.parquet' }]);
    expect((await get('/splits?dataset=no/such')).status).toBe(401);
  });

  it('shows rows with the addresses of their pictures, and counts labels', async () => {
    const place = `dataset=${HUB_REPO}&config=default&split=train`;
    const { rows, num_rows_total: total } = (await json(`/rows?${place}&offset=1198&length=5`)) as {
      rows: { row_idx: number; row: { image: { src: string }; qa: { answer: string }[] } }[];
      num_rows_total: number;
    };
    expect([total, rows.map((row) => row.row_idx)]).toEqual([1200, [1198, 1199]]);
    const picture = new Uint8Array(await (await fetch(rows[0]?.row.image.src ?? '')).arrayBuffer());
    expect([picture[0], picture[1]]).toEqual([0xff, 0xd8]);
    expect(rows[0]?.row.qa[0]?.answer).toMatch(/\w+/u);
    const statistics = await json('/statistics?dataset=classroom/loose&config=default&split=train');
    expect(statistics).toMatchObject({ statistics: [{ column_name: 'label', column_type: 'class_label' }] });
    expect((await get(`/rows?dataset=${HUB_REPO}&config=none&split=train`)).status).toBe(404);
  });
});

describe('misbehaving', () => {
  /** How a request ends: its status, and how many bytes came before the end, or before it broke. */
  async function endOf(path = FILE, range = 'bytes=0-9999'): Promise<[number, number, boolean]> {
    const response = await get(path, { Range: range });
    let count = 0;
    try {
      for await (const chunk of response.body ?? []) count += (chunk as Uint8Array).byteLength;
      return [response.status, count, true];
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      return [response.status, count, false];
    }
  }

  it('cuts, sends too little, sends all, and refuses, as often as it was told', async () => {
    hub.misbehave(
      { server: 'files', path: HUB_FILE, kind: 'cut', afterBytes: 5000, skip: 1, times: 1 },
      { server: 'files', kind: 'wrongLength', missingBytes: 10, skip: 1, times: 1 },
      { server: 'files', kind: 'status', status: 500, skip: 1, times: 1 },
    );
    expect(await endOf()).toEqual([206, 10_000, true]);
    expect(await endOf()).toEqual([206, 5000, false]);
    expect(await endOf()).toEqual([206, 9990, true]);
    expect(await endOf()).toEqual([500, 0, true]);
    expect(await endOf()).toEqual([206, 10_000, true]);
    hub.misbehave({ server: 'files', kind: 'whole' });
    expect(await endOf()).toEqual([200, faces.length, true]);
    hub.misbehave({ server: 'hub', kind: 'status', status: 429, headers: { 'Retry-After': '7' } });
    const limited = await get(FILE);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    hub.misbehave({ server: 'files', kind: 'expired' });
    expect((await endOf())[0]).toBe(403);
  });

  it('is slow, stalls, and has another file than before', async () => {
    hub.misbehave({ server: 'files', kind: 'slow', bytesPerSecond: 50_000 });
    const started = performance.now();
    expect(await endOf()).toEqual([206, 10_000, true]);
    expect(performance.now() - started).toBeGreaterThan(150);
    hub.misbehave({ server: 'files', kind: 'changed', addedBytes: 5 });
    const changed = await get(FILE, { Range: 'bytes=0-0' });
    expect(changed.headers.get('content-range')).toBe(`bytes 0-0/${faces.length + 5}`);
    expect(changed.headers.get('etag')).toBe('"changed"');
    hub.misbehave({ server: 'files', kind: 'stall', afterBytes: 100 });
    const stalled = await fetch(`${hub.origin}${FILE}`, { redirect: 'manual' });
    let came = 0;
    await new Promise<void>((resolve) => {
      const asked = request(stalled.headers.get('location') ?? '', (answer) => {
        answer.on('data', (chunk: Buffer) => (came += chunk.byteLength));
        setTimeout(() => {
          asked.destroy();
          resolve();
        }, 200);
      });
      asked.end();
    });
    expect(came).toBe(100);
  });
});
