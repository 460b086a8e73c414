/**
 * The screen as one sentence, a clause a column: *9,400 faces in eight classes, seen through MobileNetV2, its last
 * 30 layers open, trained for 23 epochs, now fine-tuned for 12 of 35: right, so far, on about three faces in five.*
 */
import { countInWords, countOf, formatCount } from '../../lib/format.ts';
import type { DatasetSummary } from '../../protocol/dataset.ts';
import { restoresBest, type Phase, type PhaseName, type Recipe } from '../../protocol/recipe.ts';
import { recordOf, type RunRecord, type RunState } from '../../store/state.ts';
import { singularOf, shareInWords } from './fractions.ts';

/** What each phase is called in the bar and the table. */
export const phaseLabels: Readonly<Record<PhaseName, string>> = { head: 'Head', fineTune: 'Fine-tune' };

const pastForms: Readonly<Record<PhaseName, string>> = { head: 'trained', fineTune: 'fine-tuned' };

/** The Data column's clause. */
export function dataClause(dataset: DatasetSummary): string {
  const rows = dataset.labelOfRow.length;
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

/** The Training column's clause. */
export function trainingClause(recipe: Recipe, run: RunState): string {
  const record = recordOf(run);
  if (record === null || record.phases.length === 0) {
    const plan = recipe.phases.map(
      (phase) => `${pastForms[phase.name]} for up to ${countOf(phase.epochs, 'epoch')}`,
    );
    return `to be ${joined(plan, ', then ')}:`;
  }
  return `${joined(phaseClauses(record, run.kind), ', ')}:`;
}

function phaseClauses(record: RunRecord, kind: RunState['kind']): string[] {
  const isOver = kind === 'finished' || kind === 'failed';
  return record.phases.map((phase, index) => {
    const epochs = record.history.filter((epoch) => epoch.phaseIndex === phase.phaseIndex).length;
    const past = pastForms[phase.phase];
    const isLast = index === record.phases.length - 1;
    if (!isLast || isOver || phase.end !== null) {
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
    const soFar = run.kind === 'finished' || run.kind === 'failed' ? '' : ', so far,';
    return `right${soFar} on ${shareInWords(kept.valAccuracy, noun)}.`;
  }
  const unseen = dataset === null ? noun : `${formatCount(dataset.split.test.length)} ${noun}`;
  return `and tested on ${unseen} it has never seen.`;
}

/** The epoch whose network is kept so far: of the latest phase that has one the best, or the last, as the recipe has it. */
export function keptOf(record: RunRecord): RunRecord['history'][number] | null {
  for (const phase of [...record.phases].reverse()) {
    const epochs = record.history.filter(({ phaseIndex }) => phaseIndex === phase.phaseIndex);
    const kept = restoresBest(record.recipe)
      ? epochs.find(({ epoch }) => epoch === phase.bestEpoch)
      : epochs.at(-1);
    if (kept !== undefined) return kept;
  }
  return null;
}

/** The last fine-tune phase of a recipe, whose cut the strip shows, with its index; null for a head alone. */
export function fineTuneOf(
  recipe: Recipe,
): { index: number; phase: Extract<Phase, { name: 'fineTune' }> } | null {
  for (let index = recipe.phases.length - 1; index >= 0; index--) {
    const phase = recipe.phases[index];
    if (phase?.name === 'fineTune') return { index, phase };
  }
  return null;
}

function joined(parts: readonly string[], separator: string): string {
  return parts.join(separator);
}
