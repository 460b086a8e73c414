/** Downloads that stay: a server that counts and misbehaves, and the store of Node in a folder. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openByteStore } from '../../../src/platform/stores/byte-store.node.ts';
import { storageFull, type ByteStore } from '../../../src/platform/stores/byte-store.ts';
import { downloadStore, type DownloadStore } from '../../../src/platform/stores/download-store.ts';
import { ownedByLeases } from '../../../src/platform/stores/leases.ts';
import { NOTHING_SHARED } from '../../../src/platform/stores/owned.ts';
import { remoteFiles } from '../../../src/platform/remote/remote-files.ts';
import { openStoredRange, type StoredRangeOptions } from '../../../src/platform/remote/stored-range.ts';
import type { StudioError } from '../../../src/protocol/errors.ts';

/** Ten blocks, the last of them short. */
const content = Uint8Array.from({ length: 9_500 }, (_, index) => (index * 7) % 251);
const BLOCK = 1000;

let folder: string;
let bytes: ByteStore;
let store: DownloadStore;
const closers: (() => void)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-store-'));
  bytes = openByteStore('downloads', folder);
  store = downloadStore(bytes);
});

afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await rm(folder, { recursive: true, force: true });
});

interface Misbehaviour {
  etag: string;
  /** Sends this many bytes of an answer, then breaks the connection; null sends all. */
  cutAfter: number | null;
  /** Answers with this status instead. */
  status: number | null;
  /** Is waited for. */
  beforeAnswer: () => Promise<unknown>;
}

/** A server behind a redirect, which counts how often each byte was sent. */
async function serve() {
  const sent = new Uint8Array(content.length);
  const ranges: string[] = [];
  const how: Misbehaviour = {
    etag: '"one"',
    cutAfter: null,
    status: null,
    beforeAnswer: () => Promise.resolve(),
  };
  const answer = (range: string, response: ServerResponse): void => {
    ranges.push(range);
    if (how.status !== null) return void response.writeHead(how.status).end();
    const [, from, to] = /(\d+)-(\d+)/u.exec(range) ?? [];
    const [start, end] = [Number(from), Math.min(Number(to) + 1, content.length)];
    const head = { 'content-range': `bytes ${start}-${end - 1}/${content.length}`, etag: how.etag };
    response.writeHead(206, { ...head, 'content-length': end - start });
    const last = how.cutAfter === null ? end : Math.min(end, start + how.cutAfter);
    for (let at = start; at < last; at++) sent[at]!++;
    const bytes = content.subarray(start, last);
    if (last === end) response.end(bytes);
    else response.write(bytes, () => response.destroy());
  };
  const server = createServer((request, response) => {
    if (request.url === '/file') response.writeHead(302, { location: `/cdn?expires=${ranges.length}` }).end();
    else void how.beforeAnswer().then(() => answer(request.headers.range ?? '', response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  closers.push(close);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
  return { url, sent, ranges, how, close };
}

const open = (url: string, options: Partial<StoredRangeOptions> = {}, to = store) =>
  openStoredRange(url, to, {
    label: 'a file',
    blockBytes: BLOCK,
    requestBlocks: 4,
    wait: () => Promise.resolve(),
    ...options,
  });

async function expectSlice(source: Awaited<ReturnType<typeof open>>, start: number, end: number) {
  expect(new Uint8Array(await source.slice(start, end))).toEqual(content.subarray(start, end));
}

describe('openStoredRange', () => {
  it('reads what the file holds, neighbours in one request of bounded size, and nothing twice', async () => {
    const { url, sent, ranges } = await serve();
    const source = await open(url);
    expect(source).toMatchObject({ url, byteLength: content.length, etag: '"one"' });
    await expectSlice(source, 10, 20);
    await expectSlice(source, 2500, 2600);
    await expectSlice(source, 0, content.length);
    await expectSlice(source, 9400, 9_500);
    expect((await source.slice(9_500)).byteLength).toBe(0);
    expect(ranges).toEqual([
      'bytes=0-999',
      'bytes=2000-2999',
      'bytes=1000-1999',
      'bytes=3000-3999',
      'bytes=4000-7999',
      'bytes=8000-9499',
    ]);
    expect(Math.max(...sent)).toBe(1);
  });

  it('fetches no block twice when two reads want it at once', async () => {
    const { url, sent } = await serve();
    const source = await open(url);
    await Promise.all([expectSlice(source, 1500, 5500), expectSlice(source, 3000, 9000)]);
    expect(Math.max(...sent)).toBe(1);
  });

  it('resumes after a break, and in a later session, without fetching a finished block again', async () => {
    const { url, sent, how } = await serve();
    const source = await open(url, { maxTries: 1, requestBlocks: 16 });
    how.cutAfter = 4300;
    await expect(source.slice(1000)).rejects.toMatchObject({ code: 'net/unreachable' });
    expect((await store.list())[0]).toMatchObject({ label: 'a file', byteLength: 9500, storedBytes: 5000 });
    how.cutAfter = null;
    const later = await open(url);
    await expectSlice(later, 0, content.length);
    // The first byte tells the version; of the broken block, what had come is asked for again.
    expect([...sent.subarray(1, 5000)].every((count) => count === 1)).toBe(true);
    expect([...sent.subarray(5300)].every((count) => count === 1)).toBe(true);
    expect((await store.list())[0]?.storedBytes).toBe(content.length);
  });

  it.each(['no server', 'a server that is ill'])('works with %s once the blocks are here', async (which) => {
    const { url, how, close, ranges } = await serve();
    await expectSlice(await open(url), 0, 5000);
    if (which === 'no server') close();
    else how.status = 500;
    const asked = ranges.length;
    const source = await open(url);
    expect(source).toMatchObject({ byteLength: content.length, etag: '"one"' });
    await expectSlice(source, 0, 5000);
    expect(ranges.length - asked).toBeLessThanOrEqual(1);
    await expect(source.slice(4000, 7000)).rejects.toMatchObject({
      code: which === 'no server' ? 'net/unreachable' : 'net/server',
    });
  });

  it('does not open what was withdrawn, and keeps it until it is deleted', async () => {
    const { url, how } = await serve();
    await expectSlice(await open(url), 0, 5000);
    how.status = 404;
    await expect(open(url)).rejects.toMatchObject({ code: 'net/not-found' });
    expect(await store.list()).toHaveLength(1);
  });

  it('starts anew when the file is another one at the next opening', async () => {
    const { url, how, sent } = await serve();
    await expectSlice(await open(url), 0, 5000);
    how.etag = '"two"';
    const notices: StudioError[] = [];
    const source = await open(url, { onNotice: (notice) => void notices.push(notice) });
    expect(source.etag).toBe('"two"');
    expect(notices).toMatchObject([{ code: 'net/changed' }]);
    expect((await store.list())[0]?.storedBytes).toBe(BLOCK);
    await expectSlice(source, 0, 5000);
    expect(sent[4500]).toBe(2);
  });

  it('says so when the file changes while it is read, and drops what was here', async () => {
    const { url, how } = await serve();
    const source = await open(url);
    await expectSlice(source, 0, 5000);
    how.etag = '"two"';
    await expect(source.slice(4000, 7000)).rejects.toMatchObject({ code: 'net/changed' });
    expect(await store.list()).toEqual([]);
  });

  it('goes on without storing when there is no room, and says so once', async () => {
    const { url, ranges } = await serve();
    let room = 3;
    const small: DownloadStore = {
      ...store,
      write: (key, block, content) =>
        room-- > 0 ? store.write(key, block, content) : Promise.reject(storageFull('downloads')),
    };
    const troubles: StudioError[] = [];
    const health = { trouble: null };
    const onNotice = (notice: StudioError): void => void troubles.push(notice);
    const source = await open(url, { onNotice, health }, small);
    await expectSlice(source, 0, content.length);
    await expectSlice(source, 100, content.length);
    expect(troubles.map(({ code }) => code)).toEqual(['storage/full']);
    expect(troubles[0]?.message).toMatch(/takes [6-8]\.5 kB more/);
    // What is here is read from here, and once something was deleted the rest is kept too.
    const [before] = await store.list();
    health.trouble = null;
    room = Infinity;
    const asked = ranges.length;
    await expectSlice(source, 0, content.length);
    expect(ranges.slice(asked)[0]).toMatch(/^bytes=3000-/);
    const [after] = await store.list();
    expect([before?.storedBytes, after?.storedBytes]).toEqual([3000, content.length]);
  });

  it('says early that a file will not fit, and keeps what does', async () => {
    const { url } = await serve();
    const troubles: StudioError[] = [];
    const small = { ...store, roomBytes: () => Promise.resolve(5000) };
    const source = await open(url, { onNotice: (notice) => void troubles.push(notice) }, small);
    expect(troubles.map(({ code }) => code)).toEqual(['storage/full']);
    await expectSlice(source, 0, 2000);
    expect((await store.list())[0]?.storedBytes).toBe(2000);
  });

  it('asks for room only for what will be read of it', async () => {
    const { url } = await serve();
    const troubles: StudioError[] = [];
    const onNotice = (notice: StudioError) => void troubles.push(notice);
    const small = { ...store, roomBytes: () => Promise.resolve(5000) };
    await open(url, { wantedBytes: 5001, onNotice }, small);
    expect(troubles).toHaveLength(1);
    await open(url, { wantedBytes: 5000, onNotice }, small);
    expect(troubles).toHaveLength(1);
  });

  it('leaves nothing behind when a file is deleted while it is read', async () => {
    const { url } = await serve();
    const source = await open(url);
    await store.remove(url);
    await expectSlice(source, 0, content.length);
    expect(await store.list()).toEqual([]);
    expect(await bytes.list()).toEqual([]);
  });

  it('stops at once when cancelled, and keeps what came', async () => {
    const { url } = await serve();
    const controller = new AbortController();
    const source = await open(url, { signal: controller.signal });
    await expectSlice(source, 0, 3000);
    controller.abort();
    await expect(source.slice(0, 5000)).rejects.toMatchObject({ name: 'AbortError' });
    expect((await store.list())[0]?.storedBytes).toBe(3000);
  });
});

describe('remote files', () => {
  it('read a small JSON file from here when its server is gone', async () => {
    let answer = '{"files":["one"]}';
    const server = createServer((_, response) => response.end(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list?of=faces`;
    const files = remoteFiles(store, NOTHING_SHARED);
    await files.readRemoteJson(url, { label: 'list' });
    answer = '{"files":["two"]}';
    expect(await files.readRemoteJson(url, { label: 'list' })).toEqual({ files: ['two'] });
    server.closeAllConnections();
    server.close();
    expect(await files.readRemoteJson(url, { label: 'list' })).toEqual({ files: ['two'] });
    await files.deleteStored(url);
    await expect(files.readRemoteJson(url, { label: 'list' })).rejects.toMatchObject({
      code: 'net/unreachable',
    });
    expect(await files.listStored()).toEqual({ downloads: [], trouble: null });
  });

  it('are not deleted by another tab while they are read, and are when they were', async () => {
    const { url, how } = await serve();
    const leases = openByteStore('leases', folder);
    const [files, other] = [1, 2].map(() => remoteFiles(store, ownedByLeases(leases)));
    let refused: unknown;
    how.beforeAnswer = async () => {
      refused = await other!.deleteStored(url).catch((error: unknown) => error);
    };
    const source = await files!.openRemote(url, { label: 'a file' });
    expect(refused).toMatchObject({ code: 'storage/in-use' });
    expect(new Uint8Array(await source.slice(0))).toEqual(content);
    expect((await files!.listStored()).downloads).toHaveLength(1);
    await other!.deleteStored(url);
    expect((await files!.listStored()).downloads).toEqual([]);
  });
});
