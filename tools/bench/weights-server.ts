/** A server on this machine with weight files of true size and form, made up while they are sent. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Row = readonly [name: string, dtype: string, shape: readonly number[]];

/** Headers as the libraries write them, from the goldens of the name maps; these leave large classifiers out. */
const GOLDENS = new URL('../../tests/parity/models/goldens/torch/', import.meta.url);

/** A file of the Hub that is imitated. */
interface Imitated {
  readonly golden: string;
  readonly classifier: readonly Row[];
}

/** What is imitated of each backbone: the golden that has its tensors, and the classifier that lies beside them. */
export const FILES = {
  mobilenetv2: {
    golden: 'transformers-mobilenetv2-1.0',
    classifier: [['classifier.weight', 'F32', [1001, 1280]]],
  },
  efficientnetb2: {
    golden: 'timm-tf_efficientnet_b2.aa_in1k',
    classifier: [['classifier.weight', 'F32', [1000, 1408]]],
  },
  vgg16: {
    golden: 'timm-vgg16.tv_in1k',
    classifier: [
      ['pre_logits.fc1.weight', 'F32', [4096, 512, 7, 7]],
      ['pre_logits.fc2.weight', 'F32', [4096, 4096, 1, 1]],
      ['head.fc.weight', 'F32', [1000, 4096]],
    ],
  },
} as const satisfies Readonly<Record<string, Imitated>>;

/** Backbones whose files it has. */
export type ImitatedName = keyof typeof FILES;

/** The server, and what it sent. */
export interface WeightsServer {
  readonly origin: string;
  /** Bytes of weights that were sent since it was last set to 0. */
  sentBytes: number;
  /** Requests since it was last set to 0. */
  requests: number;
  sizeOf(name: ImitatedName): number;
  close(): Promise<void>;
}

interface MadeFile {
  readonly head: Uint8Array;
  readonly byteLength: number;
}

/** Numbers that every tensor is made of, over and over: a megabyte of them, above 0 because some are variances. */
const PATTERN = new Uint8Array(
  Float32Array.from({ length: 2 ** 18 }, (_, index) => (((index * 7919) % 1000) + 1) / 1e6).buffer,
);

/** Starts it on a free port; files are at `/<name>.safetensors`. */
export async function startWeightsServer(): Promise<WeightsServer> {
  const names = Object.keys(FILES) as ImitatedName[];
  const files = new Map<string, MadeFile>();
  for (const name of names) files.set(`/${name}.safetensors`, await make(FILES[name]));
  const http = createServer((request, response) => {
    answer(server, files.get(request.url ?? ''), request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: WeightsServer = {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port.toString()}`,
    sentBytes: 0,
    requests: 0,
    sizeOf: (name) => files.get(`/${name}.safetensors`)?.byteLength ?? 0,
    close: () =>
      new Promise((resolve) => {
        http.close(() => {
          resolve();
        });
        http.closeAllConnections();
      }),
  };
  return server;
}

async function make({ golden, classifier }: Imitated): Promise<MadeFile> {
  const { tensors } = JSON.parse(await readFile(new URL(`${golden}.json`, GOLDENS), 'utf8')) as {
    tensors: readonly Row[];
  };
  const others = tensors.filter(([name]) => !classifier.some(([each]) => each === name));
  // In the order of their names, as the libraries save them.
  const rows = [...others, ...classifier].sort(([one], [other]) => (one < other ? -1 : 1));
  let at = 0;
  const header: Record<string, unknown> = {};
  for (const [name, dtype, shape] of rows) {
    const bytes = shape.reduce((product, side) => product * side, dtype === 'I64' ? 8 : 4);
    header[name] = { dtype, shape, data_offsets: [at, at + bytes] };
    at += bytes;
  }
  // Padded, as the libraries do, so that numbers lie on multiples of eight bytes.
  const text = JSON.stringify(header);
  const json = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const head = new Uint8Array(8 + json.byteLength);
  new DataView(head.buffer).setBigUint64(0, BigInt(json.byteLength), true);
  head.set(json, 8);
  return { head, byteLength: head.byteLength + at };
}

function answer(
  server: WeightsServer,
  file: MadeFile | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Expose-Headers', '*');
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  if (file === undefined) {
    response.writeHead(404).end();
    return;
  }
  const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = Math.min(Number(to ?? file.byteLength - 1) + 1, file.byteLength);
  server.sentBytes += end - start;
  server.requests += 1;
  const range = `bytes ${start.toString()}-${(end - 1).toString()}/${file.byteLength.toString()}`;
  response.writeHead(from === undefined ? 200 : 206, {
    'Content-Range': range,
    'Content-Length': end - start,
    ETag: '"bench"',
  });
  send(file, start, end, response);
}

/** A megabyte at a time, as fast as they are taken. */
function send(file: MadeFile, from: number, end: number, response: ServerResponse): void {
  let at = from;
  while (at < end) {
    const part = partOf(file, at, end);
    at += part.byteLength;
    if (!response.write(part)) {
      response.once('drain', () => {
        send(file, at, end, response);
      });
      return;
    }
  }
  response.end();
}

function partOf({ head }: MadeFile, at: number, end: number): Uint8Array {
  if (at < head.byteLength) return head.subarray(at, Math.min(end, head.byteLength));
  const within = (at - head.byteLength) % PATTERN.byteLength;
  return PATTERN.subarray(within, Math.min(within + end - at, PATTERN.byteLength));
}
