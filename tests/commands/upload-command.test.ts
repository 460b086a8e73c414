/**
 * Publishing to a Hub that takes commits (`tools/hub`): by the command, which sends nothing that was not shown, and by the
 * session as the page does it, with a token that is refused, a connection that breaks and a model that is there already.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Session } from '../../src/engine/session.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import type { RunEvent, RunResult } from '../../src/protocol/events.ts';
import type { Uploaded, UploadTarget } from '../../src/protocol/upload.ts';
import { writeRun } from '../../tools/train/write-run.ts';
import { runCommandWith, type Ended } from '../support/command.ts';
import { startTestHub, type TestHub } from '../support/sets/local-hub.ts';
import { openSession, tinyRecipe, train } from '../support/session.ts';

const TOKEN = 'hf_marzipanIsSecret';

let folder: string;
let hub: TestHub;
let session: Session;
let result: RunResult;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mien-upload-'));
  session = await openSession('wasm');
  const phases = [{ name: 'head', epochs: 1, learningRate: 0.001 }] as const;
  ({ result } = await train(session, await tinyRecipe({ phases: [...phases] })));
  await writeRun(
    { outFolder: join(folder, 'run'), exportFormats: [], doubtful: false },
    { session, result, dataset: session.set.dataset.summary },
    { exported: () => undefined, event: () => undefined },
  );
}, 60_000);

beforeEach(async () => {
  hub = await startTestHub({ writeToken: TOKEN });
  return () => hub.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const upload = (token: string, ...args: readonly string[]): Promise<Ended> =>
  runCommandWith(
    { HF_TOKEN: token },
    'upload',
    join(folder, 'run'),
    ...args,
    ...['--hub', hub.origin, '--backend', 'wasm', '--json'],
  );

interface Prepared {
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
  readonly card: string;
}

const preparedIn = ({ out }: Ended): Prepared => JSON.parse(out.split('\n')[0] ?? '') as Prepared;
const modelFolder = (name: string): string => join(hub.folder, 'models', name);
const sent = (): readonly string[] =>
  hub.requests.filter(({ method }) => method === 'PUT').map(({ path }) => path);

it('shows files and card, sends nothing unasked, and then just those', { timeout: 120_000 }, async () => {
  const shown = await upload(TOKEN, 'classroom/faces-net', '--format', 'onnx', '--format', 'safetensors');
  expect(shown.code).toBe(0);
  expect(shown.error).toContain('Nothing was sent.');
  expect(hub.requests).toEqual([]);

  const formats = ['--format', 'onnx', '--format', 'safetensors'];
  const done = await upload(TOKEN, 'classroom/faces-net', ...formats, '--yes');
  expect(done.error).toBe('');
  expect(done.code).toBe(0);
  const { files, card } = preparedIn(done);
  expect(files).toEqual(preparedIn(shown).files);
  const model = modelFolder('classroom/faces-net');
  const there = readdirSync(model, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(model.length + 1))
    .filter((path) => path !== '.private');
  expect(there.sort()).toEqual(files.map(({ path }) => path).sort());
  for (const { path, sizeBytes } of files) expect(statSync(join(model, path)).size, path).toBe(sizeBytes);
  for (const path of [
    'onnx/model.onnx',
    'onnx/proof/check.py',
    'safetensors/model.safetensors',
    'papers/curves.png',
  ])
    expect(there).toContain(path);
  expect(readFileSync(join(model, 'README.md'), 'utf8')).toBe(card);

  // Private unless told otherwise: others do not even learn that it is there.
  const address = `${hub.origin}/classroom/faces-net/resolve/main/labels.json`;
  expect((await fetch(address)).status).toBe(401);
  const own = await fetch(address, { headers: { Authorization: `Bearer ${TOKEN}` } });
  expect(await own.json()).toEqual(result.test?.labels);
  expect(done.out + done.error + shown.out).not.toContain(TOKEN);
});

it('has a card that the Hub reads, and that names what nobody knows', async () => {
  const { card } = await session.uploads.prepareRun(result.runId, ['onnx']);
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/u.exec(card) ?? [];
  const fields = parse(head) as Record<string, unknown>;
  expect(fields['pipeline_tag']).toBe('image-classification');
  expect(fields['tags']).toEqual(['mien', 'mobilenetv2', 'onnx']);
  const [index] = fields['model-index'] as { results: { metrics: { type: string; value: number }[] }[] }[];
  expect(index?.results[0]?.metrics).toContainEqual(
    expect.objectContaining({ type: 'accuracy', value: result.test?.accuracy }),
  );
  const heads = body.split('\n').filter((line) => line.startsWith('## '));
  expect(heads).toEqual([
    '## What it is for',
    '## Use',
    '## What goes in and what comes out',
    '## Data',
    '## Where it comes from',
    '## How it was tested',
    '## Strengths',
    '## Failures',
    '## Proof',
    '## Limits',
    '## Gaps',
  ]);
  expect(body).toContain('An expression is not a feeling');
  expect(body).toContain('No licence is given');
  expect(body).toMatch(/\d+ of \d+ pictures of \w+ were called \w+/u);
});

const target = (changes: Partial<UploadTarget> = {}): UploadTarget => ({
  ...{ server: hub.origin, repo: 'classroom/net', isPublic: true, token: TOKEN },
  ...changes,
});

const { signal } = new AbortController();
const send = (to: UploadTarget, events: RunEvent[] = []): Promise<Uploaded> =>
  session.uploads.send(to, { signal, emit: (event) => events.push(event) });

const refusal = async (to: UploadTarget): Promise<StudioError> =>
  send(to).then(
    () => {
      throw new TypeError('It was to be refused; it was sent.');
    },
    (error: unknown) => {
      if (error instanceof StudioError) return error;
      throw error;
    },
  );

it('sends again what broke off, and nothing twice that had come', async () => {
  await session.uploads.prepareRun(result.runId, ['safetensors', 'onnx']);
  // The fifth of the large files breaks.
  hub.misbehave({ server: 'files', path: '/storage/', kind: 'cut', afterBytes: 1000, skip: 4, times: 1 });
  const error = await refusal(target());
  expect(error.code).toBe('net/unreachable');
  expect(error.retryable).toBe(true);
  expect(error.hint).toContain('The files are still here and can be sent again');
  expect(readdirSync(modelFolder('classroom/net'))).toEqual([]);
  const before = sent();
  expect(before.length).toBeGreaterThan(4);
  const stored = readdirSync(join(hub.folder, '.lfs')).filter((name) => !name.includes('.part'));

  hub.misbehave();
  hub.requests.length = 0;
  const events: RunEvent[] = [];
  expect(await send(target(), events)).toEqual({ page: `${hub.origin}/classroom/net`, wasThere: true });
  const anew = sent();
  for (const oid of stored) expect(anew).not.toContain(`/storage/${oid}`);
  expect(existsSync(join(modelFolder('classroom/net'), 'onnx/model.onnx'))).toBe(true);
  const last = events.findLast(({ kind }) => kind === 'progress');
  expect(last).toMatchObject({ stage: 'upload', label: 'Publishing them', unit: 'bytes' });
  const page = await fetch(`${hub.origin}/classroom/net/resolve/main/README.md`);
  expect(await page.text()).toContain('pipeline_tag');
});

it('says what is wrong with a token, a name, an address, or a model that others can see', async () => {
  await session.uploads.prepareRun(result.runId, ['safetensors']);
  const other = await refusal(target({ token: 'hf_another' }));
  expect(other).toMatchObject({ code: 'net/forbidden' });
  expect(other.hint).toContain('The token was not taken.');
  expect(JSON.stringify(other.toWire())).not.toContain('hf_another');
  expect(existsSync(modelFolder('classroom/net'))).toBe(false);
  for (const [change, code] of [
    [{ token: '' }, 'recipe/bad-token'],
    [{ token: 'secret words' }, 'recipe/bad-token'],
    [{ repo: 'net' }, 'recipe/bad-repo'],
    [{ repo: 'classroom/../net' }, 'recipe/bad-repo'],
    [{ server: 'hub' }, 'recipe/bad-address'],
  ] as const)
    expect((await refusal(target(change))).code).toBe(code);

  await send(target({ isPublic: true }));
  hub.requests.length = 0;
  expect(await refusal(target({ isPublic: false }))).toMatchObject({ code: 'recipe/other-visibility' });
  expect(sent()).toEqual([]);
});

it('does not repeat a token that a server repeats', async () => {
  await session.uploads.prepareRun(result.runId, ['safetensors']);
  const server = createServer(({ headers }, response) => {
    response.writeHead(403, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ error: `No right to write with ${headers.authorization ?? ''}` }));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const error = await refusal(target({ server: `http://127.0.0.1:${port}` }));
  server.close();
  expect(error.message).toContain('No right to write with Bearer …');
  expect(JSON.stringify(error.toWire())).not.toContain(TOKEN);
});
