/** The files that a headless run, or a search for a learning rate, leaves. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from '../../src/engine/session.ts';
import { findExporter } from '../../src/exporters/registry.ts';
import type { DatasetSummary } from '../../src/protocol/dataset.ts';
import type { RateSweep, RunResult } from '../../src/protocol/events.ts';
import type { Command } from './command.ts';

/** A run that has ended, and the session that still has its network. */
export interface Finished {
  readonly session: Session;
  readonly result: RunResult;
  readonly dataset: DatasetSummary;
}

/** Writes history, evaluation, split and run as JSON, and the network into `model/`. */
export async function writeRun({ outFolder, exportFormats }: Command, finished: Finished): Promise<void> {
  const { session, result, dataset } = finished;
  await writeJson(outFolder, 'history.json', result.history.map(historyLine));
  await writeJson(outFolder, 'evaluation.json', evaluationOf(result));
  await writeJson(outFolder, 'split.json', splitOf(dataset));
  await writeJson(outFolder, 'run.json', runOf(result, dataset));
  if (result.history.length === 0) return;
  await writeFiles(session, 'tfjs', join(outFolder, 'model'));
  for (const format of exportFormats) await writeFiles(session, format, join(outFolder, format));
}

/** Writes what trying out learning rates showed. */
export async function writeSweep({ outFolder }: Command, sweep: RateSweep): Promise<void> {
  await writeJson(outFolder, 'learning-rate.json', sweep);
}

async function writeJson(folder: string, name: string, value: unknown): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
}

function historyLine({
  phase,
  epoch,
  loss,
  accuracy,
  valLoss,
  valAccuracy,
  learningRate,
  seconds,
}: RunResult['history'][number]) {
  return { phase, epoch, loss, accuracy, valLoss, valAccuracy, learningRate, seconds };
}

/** Null when the run was stopped before its first epoch ended. */
function evaluationOf({ test }: RunResult) {
  if (test === null) return null;
  const { labels, loss, accuracy, macroF1, interval, confusionMatrix, perClass } = test;
  return { labels, testLoss: loss, testAccuracy: accuracy, macroF1, interval, confusionMatrix, perClass };
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
  const { secondsByStage, setHash, cleaning } = others;
  const { backend } = device;
  const record = { runId, recipe, device, backend, weights, cachePrecision, stopped, versions };
  return { ...record, secondsByStage, setHash, cleaning, ...(edits && { edits }) };
}

async function writeFiles(session: Session, format: string, folder: string): Promise<void> {
  const files = await findExporter(format).write(session.trainedNetwork());
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
}
