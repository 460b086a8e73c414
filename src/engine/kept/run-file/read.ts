/**
 * Reads a file of runs. Whoever sent it may mean ill, or may have cut it short: nothing is stored before all of it was
 * read and holds together.
 */
import * as z from 'zod/mini';
import { readZipDirectory, type ZipEntry } from '../../../data/archives/zip-directory.ts';
import { ZipUnpacker } from '../../../data/archives/zip-entry.ts';
import { lowerFirst } from '../../../lib/format.ts';
import { unpack } from '../../../lib/bytes/pack.ts';
import { parseJson } from '../../../lib/json.ts';
import type { ByteSource } from '../../../platform/platform.ts';
import { bytesSource } from '../../../platform/remote/byte-source.ts';
import { StudioError } from '../../../protocol/errors.ts';
import type { KeptRecord } from '../../../protocol/runs/kept.ts';
import type { NamedArrays } from '../../checkpoints/checkpoint.ts';
import type { KeptNetwork } from '../kept-network.ts';
import { checkArrays, checkedRecord, Flavoured } from './check.ts';
import { FORMAT, INDEX, pathOf, valuesPath, type Index } from './layout.ts';
import { picturesPath, type PicturesIndex } from './pictures.ts';
import type { EnsembleToWrite, RunFile, RunToWrite } from './write.ts';

/** Values hardly shrink; a file whose parts do by more is made to fill the memory. */
const MAX_RATIO = 20;
/** More than the largest networks of many runs. */
const MAX_BYTES = 4e9;

const IndexSchema = z.object({
  format: z.number(),
  mien: z.string(),
  runs: z
    .array(
      z.object({
        runId: z.string().check(z.regex(/^[a-z0-9-]{1,64}$/i)),
        name: z.string().check(z.maxLength(1000)),
        note: z.string().check(z.maxLength(100_000)),
        isStarred: z.boolean(),
        finishedAtMs: z.number(),
        backbone: z.nullable(z.string().check(z.regex(/^[a-z0-9]{1,128}$/i))),
      }),
    )
    .check(z.minLength(1), z.maxLength(10_000)),
  pictures: z.optional(
    z.object({
      contentHash: z.string().check(z.regex(/^[a-z0-9-]{1,128}$/i)),
      label: z.string().check(z.maxLength(1000)),
      source: z.string().check(z.maxLength(1000)),
    }),
  ),
});

/** A file that was read; its pictures are not yet. */
export interface ReadRunFile extends RunFile {
  readonly pictures: {
    readonly about: PicturesIndex;
    readonly sizeBytes: number;
    readonly read: () => Promise<ByteSource>;
  } | null;
}

/** Whether a zip with such files in it is one of runs. */
export const isRunFile = (paths: readonly string[]): boolean => paths.includes(INDEX);

/**
 * All runs of a file.
 *
 * @throws StudioError `data/run-file-damaged`, `data/run-file-later`, `data/zip-unsafe-path`, `data/zip-bomb`, `data/not-zip`
 */
export async function readRunFile(file: ByteSource): Promise<ReadRunFile> {
  try {
    return await readAll(file);
  } catch (error) {
    if (error instanceof StudioError && error.code === 'data/damaged')
      throw damaged(lowerFirst(error.message), error);
    throw error;
  }
}

async function readAll(file: ByteSource): Promise<ReadRunFile> {
  const { entries } = await readZipDirectory(file, null);
  checkSizes(entries, file);
  const unpacker = new ZipUnpacker(file);
  const read = async (path: string): Promise<Uint8Array> => {
    const entry = entries.find((each) => each.path === path);
    if (entry === undefined) throw damaged(`it has no ${path}`);
    return unpacker.read(entry);
  };
  const index = indexOf(await read(INDEX));
  const values = new Map<string, NamedArrays>();
  const runs: RunToWrite[] = [];
  const ensembles: EnsembleToWrite[] = [];
  for (const { runId, backbone, ...said } of index.runs) {
    const record = checkedRecord(runId, unpacked(await read(pathOf(runId, 'record.bin'))));
    if (record.ensemble !== undefined) {
      ensembles.push({ record, network: null, said });
      continue;
    }
    const packed = Flavoured.safeParse(unpacked(await read(pathOf(runId, 'network.bin'))));
    if (!packed.success) throw damaged(`the network of ${runId} is not whole`);
    const { frozen: names, ...network } = packed.data;
    if (backbone !== null && !values.has(backbone))
      values.set(backbone, checkArrays(unpacked(await read(valuesPath(backbone)))));
    const shared = backbone === null ? {} : (values.get(backbone) ?? {});
    const missing = names.find((name) => !(name in shared));
    if (missing !== undefined) throw damaged(`the network of ${runId} lacks ${missing}`);
    const frozen = Object.fromEntries(
      names.flatMap((name) => (shared[name] === undefined ? [] : [[name, shared[name]]])),
    );
    const whole: KeptNetwork = {
      ...(network as unknown as Omit<KeptNetwork, 'result' | 'frozen'>),
      weights: checkArrays(network.weights),
      other: network.other === null ? null : checkArrays(network.other),
      result: record.result,
      frozen,
    };
    runs.push({ record, network: whole, said });
  }
  for (const { record } of ensembles) checkMembersIn(record, runs);
  const { pictures } = index;
  if (pictures === undefined) return { runs, ensembles, pictures: null };
  const path = picturesPath(pictures);
  const entry = entries.find((each) => each.path === path);
  if (entry === undefined) throw damaged(`it has no ${path}`);
  const readPictures = async () => bytesSource(Uint8Array.from(await unpacker.read(entry)).buffer);
  const found = { about: pictures, sizeBytes: entry.unpackedBytes, read: readPictures };
  return { runs, ensembles, pictures: found };
}

/** An ensemble is nothing without its members. */
function checkMembersIn({ result, ensemble }: KeptRecord, runs: readonly RunToWrite[]): void {
  for (const { runId } of ensemble?.members ?? [])
    if (!runs.some(({ record }) => record.result.runId === runId))
      throw damaged(`run ${runId} is missing, which answers in the ensemble ${result.runId}`);
}

/** A few bytes that claim to become gigabytes are told before any of them is unpacked. */
function checkSizes(entries: readonly ZipEntry[], file: ByteSource): void {
  const all = entries.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  if (all <= Math.min(MAX_BYTES, file.byteLength * MAX_RATIO)) return;
  throw new StudioError({
    code: 'data/zip-bomb',
    message: `A file of runs was expected; this one of ${file.byteLength.toString()} bytes claims to unpack to ${all.toString()}.`,
    hint: 'Do not trust this file: it is made to fill the memory.',
  });
}

function indexOf(bytes: Uint8Array): Index {
  const value = parseJson(new TextDecoder().decode(bytes));
  const format = z.object({ format: z.number(), mien: z.string() }).safeParse(value);
  if (!format.success) throw damaged(`its ${INDEX} does not say what it holds`);
  if (format.data.format > FORMAT) throw later(format.data.mien);
  const index = IndexSchema.safeParse(value);
  if (!index.success) throw damaged(`its ${INDEX} does not say what it holds`);
  return index.data;
}

function unpacked(bytes: Uint8Array): unknown {
  const value = unpack(bytes);
  if (value === null) throw damaged('values in it are not as they were written');
  return value;
}

function damaged(what: string, cause?: unknown): StudioError {
  return new StudioError({
    code: 'data/run-file-damaged',
    message: `A file of runs was expected, whole and as Mien wrote it; ${what.replace(/\.$/, '')}.`,
    hint: 'Fetch it again from where it comes, and compare the sizes. Nothing of it was stored.',
    cause,
  });
}

function later(mien: string): StudioError {
  return new StudioError({
    code: 'data/run-file-later',
    message: `A file of runs of this version of Mien or an earlier one was expected; version ${mien.slice(0, 40)} wrote this one in a later form.`,
    hint: 'Update Mien, or have the file written by this version. Nothing of it was stored.',
  });
}
