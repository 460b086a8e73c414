/** Owns what is said of activations that are not kept where, or as whole, as they should be, or cannot be kept at all. */
import { formatBytes, formatPercent } from '../lib/format.ts';
import { StudioError } from '../protocol/errors.ts';
import type { CachePrecision } from '../protocol/recipe/recipe.ts';
import type { Budget, Place } from './budget.ts';
import type { CandidateCut, EarlyDraw } from './cut.ts';
import { pictureBytes } from './precision.ts';
import type { Failure } from './storage/places.ts';

/** Takes what must be said. */
export type Tell = (notice: StudioError) => void;

/** What must be said in a run, each thing once. */
export class Notices {
  readonly #said = new Set<string>();
  #next: StudioError[] = [];

  readonly tell: Tell = (notice) => {
    if (this.#said.has(notice.message)) return;
    this.#said.add(notice.message);
    this.#next.push(notice);
  };

  /** What was told since the last call. */
  take(): readonly StudioError[] {
    const next = this.#next;
    this.#next = [];
    return next;
  }
}

/** What is kept, as far as a notice names it. */
interface Kept {
  readonly shape: readonly number[];
  readonly precision: CachePrecision;
}

const aPicture = ({ shape, precision }: Kept): string =>
  `${formatBytes(pictureBytes(shape, precision))} a picture`;

/** There is no room, and computing it again is all that is left. */
export function notKept(kept: Kept): StudioError {
  return notice(
    `What the frozen part computes (${aPicture(kept)}) does not fit into this machine’s memory for all pictures and views, so what has no room is computed anew in each epoch.`,
  );
}

const IN: Readonly<Record<Place, string>> = {
  gpu: 'in the GPU’s memory',
  memory: 'in this machine’s memory',
  disk: 'on this machine’s disk',
};

/** A place failed. @param to where it is kept instead; null where it is computed again */
export function movedOn(kept: Kept, { place, cause }: Failure, to: Place | null): StudioError {
  const instead = to === null ? 'computed anew in each epoch' : `kept ${IN[to]} instead`;
  return notice(
    `What the frozen part computes (${aPicture(kept)}) could not be kept ${IN[place]}, so it is ${instead}.`,
    cause,
  );
}

/** What a budget leaves out of a section. */
export interface Shortage {
  readonly budget: Budget;
  readonly output: CandidateCut;
  /** Of the cut output. */
  readonly precision: CachePrecision;
  /** Names of the layers of the cut output, and of what is kept. */
  readonly outputName: string;
  readonly keptName: string;
}

/** Said before a run of a section that is not kept whole; null for one that is. */
export function shortageOf({
  budget,
  output,
  precision,
  outputName,
  keptName,
}: Shortage): StudioError | null {
  const { cut, isWhole, views } = budget;
  if (cut === output && isWhole) return null;
  const fits = `What the frozen part computes up to ${outputName} (${aPicture({ ...output, precision })}) does not fit into this machine’s memory for all pictures and views.`;
  if (views === 0) return notice(`${fits} It is computed anew in each epoch.`);
  if (cut === output) return notice(`${fits} What has no room is computed anew in each epoch.`);
  const anew = formatPercent(1 - cut.multiplyAdds / output.multiplyAdds, 0);
  const howFar = isWhole ? '' : ' for as many views as there is room for';
  return notice(
    `${fits} Kept is what it computes up to ${keptName} (${aPicture({ ...cut, precision: budget.precision })})${howFar}; the rest, ${anew} of its work, is done anew in each epoch.`,
  );
}

/** Said of a network whose frozen layers cannot be computed once, for what chance does before them. */
export function drawnEarly({ layer, frozenShare }: EarlyDraw): StudioError {
  return new StudioError({
    code: 'model/drawn-early',
    message: `From ${layer} on the network leaves blocks out by chance in training, frozen ones too, as Keras’ fit does. Only what lies before, ${formatPercent(frozenShare, 0)} of the frozen work, can be computed once and kept; the rest is done anew in each step.`,
    hint: 'That takes many times longer. With "dropConnect": 0, or with BatchNorm on its averages, nothing is left out and all of the frozen work is done once.',
  });
}

function notice(message: string, cause?: StudioError): StudioError {
  return new StudioError({
    code: 'storage/activations-not-kept',
    message,
    hint: 'The results are the same; it only takes longer. Fewer views, smaller pictures or fewer unfrozen layers need less room.',
    cause,
  });
}
