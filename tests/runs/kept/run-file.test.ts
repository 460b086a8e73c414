/** A file of runs brings them to another machine with everything in its place, and says nothing of this one; what is not whole is refused. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookIntoRuns, saveRuns, takeRuns } from '../../../src/engine/kept/run-file/run-file.ts';
import { picturesOfOpenSet } from '../../../src/engine/kept/run-file/pictures.ts';
import { reportOf } from '../../../src/engine/kept/reports.ts';
import { recognise } from '../../../src/engine/recognise.ts';
import type { Session } from '../../../src/engine/session.ts';
import { pack, unpack } from '../../../src/lib/bytes/pack.ts';
import { bytesSource } from '../../../src/platform/remote/byte-source.ts';
import type { KeptRecord } from '../../../src/protocol/runs/kept.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import { runCommand, type Ended } from '../../support/command.ts';
import { sampleFiles } from '../../support/sets/sample-files.ts';
import { closeTabs, exportedFiles, sessionOn, tinyRecipe, train } from '../../support/session.ts';

const work = { signal: new AbortController().signal, emit: () => undefined };
let folder = '';
let session: Session;
/** Of the drawn faces, and of a folder of somebody's. */
let [plain, own] = [] as unknown as [RunResult, RunResult];
let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-run-file-'));
  const pictures = join(folder, 'my private pictures');
  for (const [index, file] of (await sampleFiles(40)).entries()) {
    const name = ['glad', 'sad'][index % 2] ?? '';
    await mkdir(join(pictures, name), { recursive: true });
    await writeFile(join(pictures, name, `aunt-${index.toString()}.jpg`), file);
  }
  await writeFile(join(pictures, 'sad', 'broken-uncle.jpg'), 'no picture');
  session = await sessionOn(join(folder, 'here'));
  const phases = [
    { name: 'head', epochs: 1, learningRate: 0.001 },
    { name: 'fineTune', epochs: 1, learningRate: 0.001, unfreeze: 12, batchNorm: 'batch' },
  ] as const;
  plain = (await train(session, await tinyRecipe({ phases: [...phases] }))).result;
  const ofFolder = { source: 'folder', path: pictures };
  own = (await train(session, await tinyRecipe({ phases: [...phases], dataset: ofFolder }))).result;
  await session.kept.change({ runId: own.runId, do: 'rename', name: 'Ours' });
  await session.kept.change({ runId: own.runId, do: 'star', isStarred: true });
  const { blob } = await saveRuns(session.kept, [plain.runId, own.runId]);
  bytes = new Uint8Array(await blob.arrayBuffer());
});
afterAll(async () => {
  await closeTabs();
  await rm(folder, { recursive: true });
});

const sourceOf = (file: Uint8Array) => bytesSource(Uint8Array.from(file).buffer);

it('has them as they were on another machine, after it was said what is in it', async () => {
  const { runs } = await lookIntoRuns(sourceOf(bytes));
  expect(runs).toMatchObject([
    { runId: plain.runId, name: '', test: { accuracy: plain.test?.accuracy } },
    { runId: own.runId, name: 'Ours', isStarred: true, labels: ['glad', 'sad'] },
  ]);
  const there = await sessionOn(join(folder, 'there'));
  expect((await there.kept.list()).runs).toEqual([]);
  const ids = runs.map(({ runId }) => runId);
  expect(await takeRuns(there, sourceOf(bytes), ids)).toEqual({
    taken: 2,
    known: 0,
    set: null,
    trouble: null,
  });
  expect(await takeRuns(there, sourceOf(bytes), ids)).toEqual({
    taken: 0,
    known: 2,
    set: null,
    trouble: null,
  });
  const { runs: kept } = await there.kept.list();
  expect(kept.find(({ runId }) => runId === own.runId)).toMatchObject({ name: 'Ours', isStarred: true });
  expect(kept.map(({ finishedAtMs }) => finishedAtMs)).toEqual(
    (await session.kept.list()).runs.map(({ finishedAtMs }) => finishedAtMs),
  );
  expect(await there.kept.record(plain.runId)).toEqual(await session.kept.record(plain.runId));
  for (const { runId } of [plain, own]) {
    const [one, other] = [
      await exportedFiles(session, 'tfjs', runId),
      await exportedFiles(there, 'tfjs', runId),
    ];
    expect(Buffer.from(one['weights.bin'] ?? []).equals(Buffer.from(other['weights.bin'] ?? []))).toBe(true);
  }
});

it('has the pictures along where that is asked for, and shows them on the other machine', async () => {
  const set = await session.set.open(own.recipe, work);
  const withPictures = (records: readonly KeptRecord[]) => picturesOfOpenSet(session.set, records, work);
  const { blob } = await saveRuns(session.kept, [own.runId], withPictures);
  const source = sourceOf(new Uint8Array(await blob.arrayBuffer()));
  const { pictures } = await lookIntoRuns(source);
  expect(pictures?.label).toBe('my private pictures');
  const there = await sessionOn(join(folder, 'with-pictures'));
  const taken = await takeRuns(there, source, [own.runId]);
  expect(taken).toEqual({ taken: 1, known: 0, set: 'my private pictures', trouble: null });
  const { result, dataset } = await there.kept.record(own.runId);
  expect(result.recipe.dataset).toMatchObject({ source: 'stored', set: 'my private pictures' });
  const again = await there.set.open(result.recipe, work);
  // The same set, split alike, and each row the same picture.
  expect([again.setHash, again.picturesKey]).toEqual([result.setHash, dataset?.picturesKey]);
  expect(await there.set.dataset.pictures.read([0, 7])).toEqual(
    await session.set.dataset.pictures.read([0, 7]),
  );
  expect(again.labelOfRow).toEqual(set.labelOfRow);
  // Of another set there are none to send.
  await expect(saveRuns(session.kept, [plain.runId], withPictures)).rejects.toMatchObject({
    code: 'export/pictures-elsewhere',
  });
});

it('has the frozen values of a backbone once', () => {
  const values = Object.keys(unzipSync(bytes)).filter((path) => path.startsWith('backbones/'));
  expect(values).toEqual([`backbones/${plain.weights.sha256 ?? ''}.bin`]);
});

it('says nothing of where things are on this machine, and of no picture its name', async () => {
  const text = Buffer.from(bytes).toString('latin1');
  const record = await session.kept.record(own.runId);
  // All of them are in what is kept here.
  expect(JSON.stringify(record)).toContain(folder);
  expect(JSON.stringify(record)).toContain('broken-uncle');
  for (const name of [folder, 'broken-uncle', 'aunt-']) expect(text).not.toContain(name);
  expect(text).toContain('my private pictures');
});

it('is recognised by what is in it', async () => {
  expect(await recognise([new File([bytes], 'whatever.zip')])).toEqual([{ kind: 'runs' }]);
  // As the folder that `npm run train` wrote is dropped.
  const folderOfRun = [new File(['[]'], 'run/history.json'), new File([bytes], 'run/run.mien.zip')];
  expect(await recognise(folderOfRun)).toContainEqual({ kind: 'runs' });
});

it('has a report beside it that stands alone: no script, no address, nothing of this machine', async () => {
  const html = await (await reportOf(session.kept, { runId: own.runId })).blob.text();
  expect(html).toMatch(/^<!doctype html>/);
  expect(html).not.toMatch(/<script|<link|<img|src=|href=|url\(/);
  for (const name of [folder, 'broken-uncle', 'aunt-']) expect(html).not.toContain(name);
  for (const part of ['Ours', '<svg', 'precision', 'SHA-256', 'glad', '@page{size:A4'])
    expect(html).toContain(part);
  expect(html).toContain(((own.test?.accuracy ?? NaN) * 100).toFixed(1));
});

/** The file with some of its files changed. */
const changed = (files: Record<string, Uint8Array>): Uint8Array =>
  zipSync({ ...unzipSync(bytes), ...files }, { level: 0 });

const recordPath = (): string => `runs/${plain.runId}/record.bin`;

/** The file with the record of its first run changed, its checksum made anew. */
function withRecord(change: (record: KeptRecord) => unknown): Uint8Array {
  const record = unpack(unzipSync(bytes)[recordPath()] ?? new Uint8Array()) as KeptRecord;
  return changed({ [recordPath()]: pack(change(record)) });
}

const withTest = (test: (before: NonNullable<RunResult['test']>) => object) => (record: KeptRecord) => {
  const { result } = record;
  return { ...record, result: { ...result, test: result.test && { ...result.test, ...test(result.test) } } };
};

describe('is refused, and nothing of it stored,', () => {
  const refusals: readonly (readonly [string, () => Uint8Array, string, RegExp])[] = [
    [
      'where it was cut short',
      () => bytes.subarray(0, bytes.length / 2),
      'data/run-file-damaged',
      /end is missing/,
    ],
    [
      'where a byte is another',
      () => {
        const file = Uint8Array.from(bytes);
        const at = Buffer.from(file).indexOf(`runs/${plain.runId}/network.bin`) + 5000;
        file[at] = (file[at] ?? 0) ^ 1;
        return file;
      },
      'data/run-file-damaged',
      /not as they were written/,
    ],
    [
      'where a later version wrote it',
      () => changed({ 'runs.json': strToU8('{"format":9,"mien":"9.1","runs":"otherwise"}') }),
      'data/run-file-later',
      /version 9\.1/,
    ],
    [
      'where a name leads out of it',
      () => changed({ '../../outside.bin': new Uint8Array(3) }),
      'data/zip-unsafe-path',
      /outside/,
    ],
    [
      'where it is made to fill the memory',
      () => {
        const file = Buffer.from(bytes);
        // What the list of files says that the first of them unpacks to.
        file.writeUInt32LE(0xf000_0000, file.lastIndexOf('runs.json') - 46 + 24);
        return file;
      },
      'data/zip-bomb',
      /unpack/,
    ],
    [
      'where its results are of another set’s rows',
      () => withRecord(withTest(({ rows }) => ({ rows: rows.map((row) => row + 1) }))),
      'data/run-file-damaged',
      /rows of another set/,
    ],
    [
      'where its ways of WebGPU are none',
      () => withRecord((record) => ({ ...record, result: { ...record.result, gpuKernels: 5 } })),
      'data/run-file-damaged',
      /lacks result\.gpuKernels/,
    ],
    [
      'where its figures are not those of its answers',
      () => withRecord(withTest(() => ({ accuracy: 0.99 }))),
      'data/run-file-damaged',
      /right on 0\.99/,
    ],
    [
      'where a run is missing',
      () => {
        const { [recordPath()]: _, ...files } = unzipSync(bytes);
        return zipSync(files, { level: 0 });
      },
      'data/run-file-damaged',
      /has no runs/,
    ],
  ];
  it.each(refusals)('%s', async (_what, file, code, message) => {
    const where = await sessionOn(await mkdtemp(join(folder, 'refused-')));
    const taking = takeRuns(where, sourceOf(file()), [plain.runId, own.runId]);
    await expect(taking).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect((await where.kept.list()).runs).toEqual([]);
  });
});

describe('npm run verify', () => {
  const verify = async (file: Uint8Array, ...args: string[]): Promise<Ended> => {
    const path = join(folder, 'handed-in.mien.zip');
    await writeFile(path, file);
    return runCommand('verify', path, ...args, '--backend', 'wasm');
  };
  const saved = async (runId: string): Promise<Uint8Array> =>
    new Uint8Array(await (await saveRuns(session.kept, [runId])).blob.arrayBuffer());

  it('finds the figures again, on the pictures of its recipe or where it is told that they are', async () => {
    const { code, out, error } = await verify(await saved(plain.runId));
    expect([code, error]).toEqual([0, '']);
    expect(out).toContain('It holds.');
    const elsewhere = await verify(await saved(own.runId), '--set', join(folder, 'my private pictures'));
    expect([elsewhere.code, elsewhere.error]).toEqual([0, '']);
  });

  it('says which do not hold: another network’s, or of another set', async () => {
    const files = unzipSync(await saved(plain.runId));
    const path = `runs/${plain.runId}/network.bin`;
    const network = unpack(files[path] ?? new Uint8Array()) as {
      weights: Record<string, { values: Float32Array }>;
    };
    for (const { values } of Object.values(network.weights)) values[0] = (values[0] ?? 0) + 0.5;
    const other = await verify(zipSync({ ...files, [path]: pack(network) }, { level: 0 }));
    expect([other.code, other.out]).toEqual([2, expect.stringContaining('IT DOES NOT HOLD')]);
    const wrong = await verify(await saved(own.runId), '--set', 'public/sample/faces.parquet');
    expect(wrong.code).toBe(2);
  });
});
