/** Tests a trained network on the labelled pictures of a set that a recipe names, classes matched by name. */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluateOnSet } from '../../src/engine/predict/other-set.ts';
import type { Session } from '../../src/engine/session.ts';
import { classificationReport } from '../../src/lib/figures/classification-report.ts';
import { countOf } from '../../src/lib/format.ts';
import type { KeptRecord, OtherSetResult } from '../../src/protocol/runs/kept.ts';
import { otherSetNotes } from '../../src/protocol/runs/kept.ts';
import { readRecipe } from '../train/access.ts';
import { oneRunOf } from '../train/train-on.ts';
import { findEnsemble } from '../ensemble/folder.ts';
import { openAsked } from './asked.ts';
import type { Command } from './command.ts';

/** All rows are asked about, whatever part the recipe puts them in. */
const WHOLE = { train: 1, validation: 0, test: 0, seed: 0, trainShare: 1 };

/** @throws StudioError as `openModel` and `evaluateOnSet` */
export async function evaluateSet(
  { model: path, json, out }: Pick<Command, 'model' | 'json' | 'out'>,
  recipePath: string,
  session: Session,
): Promise<void> {
  const { dataset } = await readRecipe(recipePath);
  const asked = await openAsked(path, session);
  const work = { signal: new AbortController().signal, emit: () => undefined };
  await session.set.open({ ...asked.answering.recipe, dataset, split: WHOLE }, work);
  const result = await evaluateOnSet(asked, await recordOf(path, session), session.set.dataset, work);
  const figures = figuresOf(result);
  if (out !== null) await writeFile(out, `${JSON.stringify(figures, null, 2)}\n`);
  process.stdout.write(json ? `${JSON.stringify({ kind: 'evaluated', ...figures })}\n` : textOf(result));
}

function figuresOf({ evaluation, ...said }: OtherSetResult) {
  const { labels, loss, accuracy, macroF1, interval, confusionMatrix, perClass, rows } = evaluation;
  const figures = { pictures: rows.length, labels, loss, accuracy, macroF1, interval };
  return { ...figures, confusionMatrix, perClass, ...said };
}

function textOf({ evaluation, ...said }: OtherSetResult): string {
  const { accuracy, interval, loss, rows, perClass } = evaluation;
  const [from, to] = interval.map((share) => (share * 100).toFixed(1));
  const right = `Right on ${(accuracy * 100).toFixed(2)} % of ${countOf(rows.length, 'picture')}, 95 % interval ${from ?? ''} to ${to ?? ''}; loss ${loss.toFixed(4)}.`;
  return `${[right, ...otherSetNotes(said)].join('\n')}\n\n${classificationReport(perClass, accuracy)}`;
}

/** What is kept of its run; of an export nothing is. */
async function recordOf(path: string, { platform }: Session): Promise<KeptRecord | null> {
  const found = await findEnsemble(path, platform);
  if (found !== null) return found.ensemble.record;
  const file = path.toLowerCase().endsWith('.mien.zip') ? path : join(path, 'run.mien.zip');
  const isThere = await stat(file).then(
    () => true,
    (_missing: unknown) => false,
  );
  return isThere ? (await oneRunOf(file, platform)).record : null;
}
