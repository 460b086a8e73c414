/** The files that a headless run, or a search for a learning rate, leaves. */
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { saveRuns } from '../../src/engine/kept/run-file/run-file.ts';
import type { ExportedFile } from '../../src/exporters/exporter.ts';
import { classificationReport } from '../../src/lib/figures/classification-report.ts';
import { evaluationRecord, historyLine } from '../../src/exporters/record/figures.ts';
import { originOf, withoutPaths, withoutPictureNames } from '../../src/exporters/package/without-paths.ts';
import { findExporter } from '../../src/exporters/registry.ts';
import type { DatasetSummary } from '../../src/protocol/set/dataset.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import type { RateSweep, RunResult } from '../../src/protocol/events.ts';
import { asRunTook } from '../../src/protocol/recipe/as-run-took.ts';
import type { Command } from './command.ts';
import { writeDoubtful } from './doubtful.ts';
import type { Finished } from './finished.ts';
import type { Reporter } from './report.ts';

/**
 * Makes the folder and tries a file in it: what cannot be written is known before anything is trained.
 *
 * @throws StudioError `recipe/out-not-writable`
 */
export async function prepareOut(folder: string): Promise<void> {
  const trial = join(folder, `.mien-${process.pid.toString()}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(trial, '');
    await rm(trial);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StudioError({
      code: 'recipe/out-not-writable',
      message: `--out takes a folder that can be written into; ${folder} cannot: ${why}.`,
      hint: 'Give another folder, or make room or rights there.',
      cause,
    });
  }
}

/** Writes history, evaluation, split and run as JSON, the report as text, and the network into `model/`. */
export async function writeRun(
  { outFolder, exportFormats, doubtful }: Pick<Command, 'outFolder' | 'exportFormats' | 'doubtful'>,
  finished: Finished,
  reporter: Pick<Reporter, 'exported' | 'event'>,
): Promise<void> {
  const { session, result, dataset } = finished;
  await writeJson(outFolder, 'history.json', result.history.map(historyLine));
  await writeJson(outFolder, 'evaluation.json', evaluationRecord(result));
  await writeJson(outFolder, 'split.json', splitOf(dataset));
  await writeJson(outFolder, 'run.json', runOf(result, dataset));
  const { test } = result;
  if (test !== null) {
    await writeFile(join(outFolder, 'report.txt'), classificationReport(test.perClass, test.accuracy));
  }
  if (result.history.length === 0) return;
  if (doubtful) await writeDoubtful(outFolder, finished, reporter);
  const { blob } = await saveRuns(session.kept, [result.runId]);
  await writeFile(join(outFolder, 'run.mien.zip'), blob.stream());
  const packing = session.packing();
  await writeFiles(await packing.bare(findExporter('tfjs')), join(outFolder, 'model'));
  for (const format of exportFormats) {
    const { files, notes } = await packing.files(findExporter(format));
    await writeFiles(files, join(outFolder, format));
    reporter.exported(format, notes);
  }
}

/** Writes what trying out learning rates showed. */
export async function writeSweep({ outFolder }: Command, sweep: RateSweep): Promise<void> {
  await writeJson(outFolder, 'learning-rate.json', sweep);
}

/** Writes a value as JSON. */
export async function writeJson(folder: string, name: string, value: unknown): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
}

function splitOf({ split }: DatasetSummary) {
  return {
    train: Array.from(split.train),
    validation: Array.from(split.validation),
    test: Array.from(split.test),
  };
}

function runOf({ device, ...result }: RunResult, { edits }: DatasetSummary) {
  const { runId, recipe, weights, cachePrecision, stopped, versions, ...others } = result;
  const { secondsByStage, setHash, cleaning, simd, kernels, gpuKernels } = others;
  const { backend } = device;
  const shown = {
    recipe: withoutPaths(asRunTook(recipe, result)),
    weights: { ...weights, origin: originOf(result) },
  };
  const record = {
    runId,
    ...shown,
    device,
    backend,
    simd,
    kernels,
    gpuKernels,
    cachePrecision,
    stopped,
    versions,
  };
  return {
    ...record,
    secondsByStage,
    setHash,
    cleaning: withoutPictureNames(cleaning),
    ...(edits && { edits }),
  };
}

async function writeFiles(files: readonly ExportedFile[], folder: string): Promise<void> {
  for (const { path, chunks } of files) {
    const full = join(folder, path);
    await mkdir(dirname(full), { recursive: true });
    const file = await open(full, 'w');
    try {
      for await (const chunk of chunks()) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
  }
}
