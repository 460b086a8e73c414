/** Reading a file by ranges over HTTP: broken transfers, patience, files that change, servers without ranges. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openHttpRange, type HttpRangeOptions } from '../../../src/platform/remote/http-range.ts';
import { hubFileUrl } from '../../../src/platform/remote/hub.ts';
import type { Waiting } from '../../../src/platform/platform.ts';
import { codeOf } from '../../support/networks/weight-files.ts';

const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7) % 256);
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that knows ranges, behind a redirect as the Hub is; `spoil` may answer instead. */
async function serve(
  spoil: (count: number, response: ServerResponse, range: readonly [number, number]) => boolean = () => false,
): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/file') return void response.writeHead(302, { location: '/cdn' }).end();
    requests.push(request);
    const match = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? '');
    const [start, end] = [Number(match?.[1]), Math.min(Number(match?.[2]) + 1, bytes.length)];
    if (spoil(requests.length, response, [start, end])) return;
    response.writeHead(206, partHead(start, end)).end(bytes.subarray(start, end));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`, requests };
}

const partHead = (start: number, end: number, etag = '"one"') => ({
  'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
  'content-length': end - start,
  etag,
});

function patient(): HttpRangeOptions & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    wait: async (ms) => {
      waits.push(ms);
    },
  };
}

describe('openHttpRange', () => {
  it('learns the size from one request, and asks for one range each', async () => {
    const { url, requests } = await serve();
    const source = await openHttpRange(url);
    expect(source).toMatchObject({ byteLength: 5000, etag: '"one"', url });
    expect(new Uint8Array(await source.slice(100, 300))).toEqual(bytes.subarray(100, 300));
    expect(new Uint8Array(await source.slice(4990))).toEqual(bytes.subarray(4990));
    expect(new Uint8Array(await source.slice(4990, 9000))).toEqual(bytes.subarray(4990));
    expect((await source.slice(6000)).byteLength).toBe(0);
    expect(requests.map(({ headers }) => headers.range)).toEqual([
      'bytes=0-0',
      'bytes=100-299',
      'bytes=4990-4999',
      'bytes=4990-4999',
    ]);
    // A browser and Node say by the last two that they ask past their cache.
    const usual = [
      'cache-control',
      'pragma',
      'accept',
      'accept-encoding',
      'accept-language',
      'connection',
      'host',
      'range',
      'sec-fetch-mode',
      'user-agent',
    ];
    expect(Object.keys(requests[1]!.headers).filter((name) => !usual.includes(name))).toEqual([]);
  });

  it('keeps what came with the first request', async () => {
    const { url, requests } = await serve();
    const source = await openHttpRange(url, { firstBytes: 1000 });
    expect(new Uint8Array(await source.slice(0, 900))).toEqual(bytes.subarray(0, 900));
    expect(requests).toHaveLength(1);
    await source.slice(0, 1001);
    expect(requests).toHaveLength(2);
  });

  it('goes on where a broken transfer stopped', async () => {
    const { url, requests } = await serve((count, response, [start, end]) => {
      if (count !== 2) return false;
      response.writeHead(206, partHead(start, end));
      response.write(bytes.subarray(start, start + 500), () => response.destroy());
      return true;
    });
    const options = patient();
    let counted = 0;
    const source = await openHttpRange(url, { ...options, onBytes: (count) => (counted += count) });
    expect(new Uint8Array(await source.slice(1000, 3000))).toEqual(bytes.subarray(1000, 3000));
    expect(requests[2]!.headers.range).toBe('bytes=1500-2999');
    expect(counted).toBe(2001);
  });

  it('waits as long as a 429 asks, and doubles where none does', async () => {
    const { url } = await serve((count, response) => {
      if (count === 1) return !!response.writeHead(429, { ratelimit: '"resolvers";r=0;t=55' }).end();
      if (count === 2) return !!response.writeHead(429, { 'retry-after': '7' }).end();
      if (count <= 4) return !!response.writeHead(503).end();
      return false;
    });
    const told: (Waiting | null)[] = [];
    const options = patient();
    await openHttpRange(url, { ...options, onWait: (waiting) => told.push(waiting) });
    for (const [index, least] of [55_000, 7000, 4000, 8000].entries()) {
      expect(options.waits[index]).toBeGreaterThanOrEqual(least);
      expect(options.waits[index]).toBeLessThanOrEqual(least * 1.25);
    }
    expect(told[0]).toMatchObject({ why: 'the server asks for patience' });
    expect(told[0]?.leftMs).toBeGreaterThan(54_000);
    expect(told.at(-1)).toBeNull();
  });

  it.each([
    [429, 'net/rate-limited', 5],
    [500, 'net/server', 5],
    [404, 'net/not-found', 1],
    [401, 'net/forbidden', 1],
    // Of the address that was redirected to.
    [403, 'net/expired', 5],
  ])('gives up on %i with %s after %i tries', async (status, code, tries) => {
    const { url, requests } = await serve((_, response) => !!response.writeHead(status).end());
    expect(await codeOf(openHttpRange(url, patient()))).toBe(code);
    expect(requests).toHaveLength(tries);
  });

  it('says when the file changed under it', async () => {
    const { url } = await serve((count, response, [start, end]) => {
      if (count === 1) return false;
      response.writeHead(206, partHead(start, end, '"two"')).end(bytes.subarray(start, end));
      return true;
    });
    const source = await openHttpRange(url);
    expect(await codeOf(source.slice(10, 20))).toBe('net/changed');
  });

  it('takes a small file whole from a server without ranges, and no large one', async () => {
    const small = await serve(
      (_, response) => !!response.writeHead(200, { 'content-length': 5000 }).end(bytes),
    );
    const source = await openHttpRange(small.url);
    expect(new Uint8Array(await source.slice(100, 300))).toEqual(bytes.subarray(100, 300));
    expect(small.requests).toHaveLength(1);
    const large = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 2 ** 32 }).flushHeaders();
      return true;
    });
    expect(await codeOf(openHttpRange(large.url))).toBe('net/no-ranges');
  });

  it('refuses another range than it asked for', async () => {
    const { url } = await serve((_, response) => !!response.writeHead(206, partHead(5, 6)).end('x'));
    expect(await codeOf(openHttpRange(url))).toBe('net/no-ranges');
  });

  it('fails when nothing listens, and stops at once when cancelled', async () => {
    expect(await codeOf(openHttpRange('http://127.0.0.1:9/file', patient()))).toBe('net/unreachable');
    const { url } = await serve((_, response) => !!response.writeHead(503).end());
    const controller = new AbortController();
    const opening = openHttpRange(url, { signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, 50);
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('hubFileUrl', () => {
  it('encodes slashes of a revision, not of a path', () => {
    const file = {
      kind: 'dataset',
      repo: 'a/b',
      revision: 'refs/convert/parquet',
      path: 'd e/0.parquet',
    } as const;
    expect(hubFileUrl(file)).toBe(
      'https://huggingface.co/datasets/a/b/resolve/refs%2Fconvert%2Fparquet/d%20e/0.parquet',
    );
    expect(hubFileUrl({ ...file, kind: 'model', revision: 'main' }, 'http://localhost:1/')).toBe(
      'http://localhost:1/a/b/resolve/main/d%20e/0.parquet',
    );
  });
});
