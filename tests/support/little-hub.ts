/** A server that speaks the Hub's shapes, also to pages of other origins: list, redirect to another address, ranges. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The set that it has: the sample set. */
export const HUB_REPO = 'classroom/faces';
/** Where its one file is asked for. */
export const HUB_FILE = `/datasets/${HUB_REPO}/resolve/main/data/train-00000-of-00001.parquet`;

/** What a test steers and looks at. */
export interface LittleHub {
  readonly origin: string;
  /** Paths asked for, in order. */
  asked: string[];
  /** Bytes of the file that were sent. */
  sentBytes: number;
  /** Whether it lists the files of its set. */
  lists: boolean;
  close(): Promise<void>;
}

const FOR_PAGES = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Expose-Headers': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** Starts it on a free port of this machine; close it when done. */
export async function startLittleHub(): Promise<LittleHub> {
  const bytes = await readFile('public/sample/faces.parquet');
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(FOR_PAGES)) response.setHeader(name, value);
    if (request.method === 'OPTIONS') response.writeHead(204).end();
    else answer(hub, bytes, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hub: LittleHub = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`,
    asked: [],
    sentBytes: 0,
    lists: true,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return hub;
}

function answer(hub: LittleHub, bytes: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const { origin } = hub;
  const { pathname } = new URL(request.url ?? '/', origin);
  hub.asked.push(pathname);
  if (pathname === '/parquet' && hub.lists) {
    const file = { config: 'default', split: 'train', url: `${origin}${HUB_FILE}`, size: bytes.length };
    const other = { config: 'default', split: 'test', url: `${origin}/nowhere.parquet`, size: 1 };
    response.end(JSON.stringify({ parquet_files: [file, other] }));
  } else if (pathname === HUB_FILE) {
    response.writeHead(302, { Location: `/cdn/faces?expires=${hub.asked.length.toString()}` }).end();
  } else if (pathname === '/cdn/faces') {
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    const part = bytes.subarray(Number(start), Number(end) + 1);
    const last = Number(start) + part.length - 1;
    const range = `bytes ${start ?? ''}-${last.toString()}/${bytes.length.toString()}`;
    hub.sentBytes += part.length;
    response.writeHead(206, { 'Content-Range': range, ETag: '"one"' }).end(part);
  } else response.writeHead(404).end();
}
