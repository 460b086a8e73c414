/**
 * The screen as one sentence, a clause a column: *9,400 faces in eight classes, seen through MobileNetV2, its last
 * 30 layers open, trained for 23 epochs, now fine-tuned for 12 of 35: right, so far, on about three faces in five.*
 */
import { countInWords, countOf, formatCount, singularOf } from '../lib/format.ts';
import type { DatasetSummary } from '../protocol/set/dataset.ts';
import type { PhaseName, Recipe } from '../protocol/recipe/recipe.ts';
import { pictureCount } from '../store/set/set-rows.ts';
import { epochsOf, keptOf } from '../store/run-record.ts';
import { isOver, recordOf, type RunRecord, type RunState } from '../store/state.ts';

const pastForms: Readonly<Record<PhaseName, string>> = { head: 'trained', fineTune: 'fine-tuned' };

/** The Data column's clause. */
export function dataClause(dataset: DatasetSummary): string {
  const rows = pictureCount(dataset);
  const classes = dataset.labels.length;
  const noun = rows === 1 ? singularOf(dataset.noun) : dataset.noun;
  return `${formatCount(rows)} ${noun} in ${countInWords(classes)} ${classes === 1 ? 'class' : 'classes'},`;
}

/** The Model column's clause. */
export function modelClause(
  label: string,
  layers: number,
  unfreeze: number | null,
  isHeadPhase: boolean,
): string {
  if (isHeadPhase && unfreeze !== null && unfreeze > 0) return `seen through ${label}, frozen for now,`;
  if (unfreeze === null || unfreeze === 0) return `seen through ${label}, all of it frozen,`;
  if (unfreeze >= layers) return `seen through ${label}, all of it open,`;
  return `seen through ${label}, its last ${unfreeze === 1 ? 'layer' : `${unfreeze} layers`} open,`;
}

/**
 * The Training column's clause.
 *
 * @param other what the run that is over is called, where the page has another network by now: the sentence speaks of that
 */
export function trainingClause(recipe: Recipe, run: RunState, other: string | null = null): string {
  const record = recordOf(run);
  // Several networks together were trained as runs of their own.
  if (record?.history.length === 0 && record.test !== null) return 'trained as runs of their own:';
  if (record === null || record.phases.length === 0) {
    const plan = recipe.phases.map(
      (phase) => `${pastForms[phase.name]} for up to ${countOf(phase.epochs, 'epoch')}`,
    );
    return `to be ${joined(plan, ', then ')}:`;
  }
  const trained = `${joined(phaseClauses(record, run.kind), ', ')}:`;
  return other === null ? trained : `while the last run, ${other}, was ${trained}`;
}

function phaseClauses(record: RunRecord, kind: RunState['kind']): string[] {
  return record.phases.map((phase, index) => {
    const epochs = epochsOf(record, phase.phaseIndex).length;
    const past = pastForms[phase.phase];
    const isLast = index === record.phases.length - 1;
    if (!isLast || isOver(kind) || phase.end !== null) {
      const then = index === 0 ? '' : 'then ';
      return `${then}${past} for ${index === 0 ? countOf(epochs, 'epoch') : formatCount(epochs)}`;
    }
    const now = Math.min(phase.epochs, epochs + 1);
    return `now ${past} for ${formatCount(now)} of ${index === 0 ? countOf(phase.epochs, 'epoch') : formatCount(phase.epochs)}`;
  });
}

/** The Results column's clause. */
export function resultsClause(run: RunState, dataset: DatasetSummary | null): string {
  const record = recordOf(run);
  const noun = dataset?.noun ?? 'pictures';
  if (record?.test != null) return `right on ${shareInWords(record.test.accuracy, noun)}.`;
  const kept = record === null ? null : keptOf(record);
  if (kept !== null) {
    const soFar = isOver(run.kind) ? '' : ', so far,';
    if (kept.valAccuracy !== null) return `right${soFar} on ${shareInWords(kept.valAccuracy, noun)}.`;
    return `right${soFar} on ${shareInWords(kept.accuracy, noun)} that it has learned from.`;
  }
  if (dataset?.split.test.length === 0) return `and not tested: no ${noun} are kept for that.`;
  const unseen = dataset === null ? noun : `${formatCount(dataset.split.test.length)} ${noun}`;
  return `and tested on ${unseen} it has never seen.`;
}

function joined(parts: readonly string[], separator: string): string {
  return parts.join(separator);
}

const denominators = [2, 3, 4, 5, 6, 7, 8, 9, 10, 20];

/** How far off a fraction may be: three points, less where the share is near nothing or all. */
function nearEnough(share: number): number {
  return Math.min(0.03, 0.12 * Math.min(share, 1 - share));
}

/** A share from 0 to 1 of some things, such as `about three faces in five`. */
export function shareInWords(share: number, noun: string): string {
  if (share > 0.985) return share === 1 ? `all ${noun}` : `nearly all ${noun}`;
  if (share < 0.02) return `hardly any ${noun}`;
  const fraction = simplestFraction(share);
  const things = fraction.top === 1 ? singularOf(noun) : noun;
  return `about ${countInWords(fraction.top)} ${things} in ${countInWords(fraction.bottom)}`;
}

function simplestFraction(share: number): { top: number; bottom: number } {
  let best = { top: 1, bottom: 2, error: Infinity };
  for (const bottom of denominators) {
    const top = Math.min(bottom - 1, Math.max(1, Math.round(share * bottom)));
    const error = Math.abs(share - top / bottom);
    if (error < best.error) best = { top, bottom, error };
    if (best.error < nearEnough(share)) break;
  }
  return best;
}
