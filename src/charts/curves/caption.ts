/** What the curves mean, in words: how far the loss fell, how long without gain, how far training is ahead. */
import {
  capitalised,
  countInWords,
  countOf,
  formatPercent,
  formatPlain,
  singularOf,
} from '../../lib/format.ts';
import type { EpochRecord } from '../../protocol/events.ts';
import type { PhaseName, Recipe } from '../../protocol/recipe/recipe.ts';
import { isValidated, type ValidatedEpoch } from '../../store/run-record.ts';
import type { PhaseEnd, PhaseRecord, RunRecord } from '../../store/state.ts';

/** Points of accuracy by which training must lead validation before it is worth saying. */
const GAP = 0.03;

/** The caption before anything has been trained: what guessing would give, as a measure for what comes. */
export function idleCaption(classes: number, noun: string): string {
  if (classes < 2) return 'Nothing is trained yet.';
  return (
    `Nothing is trained yet. Guessing among ${countInWords(classes)} classes is right on ` +
    `${formatPercent(1 / classes)} of the ${noun}, with a loss of ${Math.log(classes).toFixed(2)}: ` +
    'that is where the lines begin, and what they have to leave behind.'
  );
}

/** A loss by which validation must be worse than guessing before it is worth saying. */
const ABOVE_CHANCE = 0.1;

/** Fewer pictures fall into one class by chance. */
const LEAST_PICTURES = 8;

/** The caption of a run with at least one finished epoch. */
export function runCaption(record: RunRecord, isOver: boolean, noun: string, classes: number): string {
  const phase = record.phases.at(-1);
  const last = record.history.at(-1);
  if (phase === undefined || last === undefined) return '';
  const checked = record.history.filter(isValidated);
  if (checked.length === 0) return unchecked(record, last, noun, classes);
  return [
    fall(record, checked),
    trouble(record, last, noun, classes),
    patience(record, phase, isOver),
    gap(last, noun),
  ]
    .filter((text) => text !== '')
    .join(' ');
}

/** Without validation pictures: what is known is how well it does on those that it learns. */
function unchecked(record: RunRecord, last: EpochRecord, noun: string, classes: number): string {
  const first = record.history[0] ?? last;
  const fell =
    record.history.length < 2
      ? `Training loss after the first epoch: ${first.loss.toFixed(2)}.`
      : `Training loss went from ${first.loss.toFixed(2)} to ${last.loss.toFixed(2)}.`;
  const blind = `The split keeps no ${noun} for validation: what it does on others is not known, and the last epoch is kept.`;
  return [fell, trouble(record, last, noun, classes), blind].filter((text) => text !== '').join(' ');
}

function fall(record: RunRecord, history: readonly ValidatedEpoch[]): string {
  const [first] = history;
  const best = lowest(history);
  if (first === undefined || best === undefined || history.length < 2) {
    return first === undefined ? '' : `Validation loss after the first epoch: ${first.valLoss.toFixed(2)}.`;
  }
  if (best === first)
    return `Validation loss has not fallen below the ${first.valLoss.toFixed(2)} of the first epoch.`;
  if (first.valLoss - best.valLoss < 0.01) {
    return `Validation loss has hardly moved from ${first.valLoss.toFixed(2)}.`;
  }
  const fell = `Validation loss fell from ${first.valLoss.toFixed(2)} to ${best.valLoss.toFixed(2)}`;
  const worse = later(record, history, best);
  if (worse !== null) return `${fell} while ${phaseDoing[best.phase]}; ${worse}.`;
  const ofHead = lowest(history.filter((epoch) => epoch.phase === 'head'));
  const total = first.valLoss - best.valLoss;
  const isFromTuning =
    ofHead !== undefined && best.phase === 'fineTune' && ofHead.valLoss - best.valLoss > total / 2;
  const when = isFromTuning ? ', most of it after the backbone was opened' : '';
  return `${fell}${when}.`;
}

/** That the network does worse than guessing, or says one class of everything, and why that is likely. */
function trouble(record: RunRecord, last: EpochRecord, noun: string, classes: number): string {
  const chance = Math.log(classes);
  const measured = last.valLoss ?? last.loss;
  const isWorse = record.history.length > 1 && classes > 1 && measured > chance + ABOVE_CHANCE;
  const only = onlyClass(record.phases.findLast(({ end }) => end !== null)?.end ?? null);
  if (!isWorse && only === null) return '';
  const what = [
    ...(isWorse
      ? [
          `a ${last.valLoss === null ? 'training' : 'validation'} loss of ${measured.toFixed(2)} is worse than the ${chance.toFixed(2)} of guessing`,
        ]
      : []),
    ...(only === null ? [] : [`all ${noun} are taken for ${only}`]),
  ];
  const rate = formatPlain(last.learningRate);
  return `${capitalised(what.join(', and '))}: likely the learning rate (${rate}) is too high, labels do not fit their ${noun}, or weights get other numbers than they were trained on.`;
}

/** The class that a phase's network says of every validation picture; null where it says more than one, or there are none. */
function onlyClass(end: PhaseEnd | null): string | null {
  if (end?.evaluation == null) return null;
  const { confusionMatrix, labels } = end.evaluation;
  const said = labels.map((_, column) => confusionMatrix.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const total = said.reduce((sum, count) => sum + count, 0);
  if (total < LEAST_PICTURES || labels.length < 2) return null;
  return labels[said.indexOf(total)] ?? null;
}

const phaseDoing: Readonly<Record<PhaseName, string>> = {
  head: 'the head was trained',
  fineTune: 'it was fine-tuned',
};

/** That the phase after the best epoch's has not come down to it: what is kept is of the last phase, as in Keras. */
function later(record: RunRecord, history: readonly ValidatedEpoch[], best: ValidatedEpoch): string | null {
  const lastIndex = record.phases.at(-1)?.phaseIndex ?? best.phaseIndex;
  const reached = lowest(history.filter(({ phaseIndex }) => phaseIndex === lastIndex));
  if (reached === undefined || lastIndex === best.phaseIndex) return null;
  if (reached.valLoss - best.valLoss < 0.01) return null;
  return `the phase after it made the network worse and has come down to ${reached.valLoss.toFixed(2)} at best`;
}

function patience(record: RunRecord, phase: PhaseRecord, isOver: boolean): string {
  const rule = record.recipe.earlyStopping;
  const epochs = record.history.filter((epoch) => epoch.phaseIndex === phase.phaseIndex).length;
  if (rule === null || phase.bestEpoch === null || epochs === 0) return '';
  const waited = epochs - phase.bestEpoch;
  if (phase.end?.stoppedEarly === true) {
    const taken = rule.restoreBest ? ` and took back the weights of epoch ${phase.bestEpoch}` : '';
    return `After ${countOf(waited, 'epoch')} without a better one it stopped${taken}.`;
  }
  if (phase.end !== null) return kept(phase.end, epochs, rule);
  if (isOver) return '';
  return waited === 0 || rule.patience === undefined
    ? ''
    : `No better for ${countOf(waited, 'epoch')}; ${rule.patience} would stop the phase.`;
}

function kept({ keptEpoch }: PhaseEnd, epochs: number, rule: NonNullable<Recipe['earlyStopping']>): string {
  if (!rule.restoreBest || keptEpoch === epochs) return '';
  return `The weights of epoch ${keptEpoch}, the best, were kept.`;
}

function gap(last: EpochRecord, noun: string): string {
  if (!isValidated(last)) return '';
  const lead = last.accuracy - last.valAccuracy;
  const points = Math.round(Math.abs(lead) * 100);
  if (lead > GAP * 3) return `Training is ${points} points ahead: it learns these ${noun} by heart.`;
  if (lead > GAP) return `Training is ${points} points ahead: it begins to learn these ${noun} by heart.`;
  if (lead < -GAP) {
    return `Validation is ${points} points ahead: training sees each ${singularOf(noun)} altered and with dropout, validation as it is.`;
  }
  return '';
}

function lowest(history: readonly ValidatedEpoch[]): ValidatedEpoch | undefined {
  return history.reduce<ValidatedEpoch | undefined>(
    (best, epoch) => (best === undefined || epoch.valLoss < best.valLoss ? epoch : best),
    undefined,
  );
}
