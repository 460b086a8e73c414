/** Whole runs of `fit`, put together from a few epochs: each epoch of a phase does the same work. */
import type { Dataset } from '../../../src/data/dataset.ts';
import type { Session } from '../../../src/engine/session.ts';
import type { FullRecipe } from '../../../src/protocol/recipe/full-recipe.ts';
import { median } from '../bench.ts';
import type { KerasTimes } from '../keras/keras-times.ts';
import { PAPER_EPOCHS } from './paper-recipe.ts';
import { stockEpochs } from '../stock/stock.ts';

/** Seconds of an epoch, head and fine-tuning. */
export type Epochs = readonly [number, number];

/** How a whole run's time comes about, for notes under the table. */
export const TIMES_COUNT =
  'Time of an epoch (median) times the number of epochs: each epoch does the same work.';

/** The paper's run of epochs that take so long. */
export const wholeRun = ([head, fineTune]: Epochs): number =>
  PAPER_EPOCHS.head * head + PAPER_EPOCHS.fineTune * fineTune;

/** Stock tfjs' epochs, the middle one of as many as the recipe has. */
export async function stockTimes(session: Session, recipe: FullRecipe, dataset: Dataset): Promise<Epochs> {
  const [head = [], fineTune = []] = await stockEpochs(recipe, dataset, session.platform);
  return [median(head), median(fineTune)];
}

/** The middle of Keras' epochs behind the first, which traces the graph. */
export const kerasMedians = ({ epochs: [head, fineTune] }: KerasTimes): Epochs => [
  median(head.slice(1)),
  median(fineTune.slice(1)),
];

/** Epochs, for a line of progress. */
export const inWords = ([head, fineTune]: Epochs): string =>
  `${head.toFixed(2)} s a head epoch, ${fineTune.toFixed(2)} s a fine-tune epoch`;

/** What work gave, and how much of one processor its thread had meanwhile. */
export interface Shared<Value> {
  readonly value: Value;
  /** Near 1 on an idle machine; seconds times this are those that it would have taken there, roughly. */
  readonly share: number;
}

/** Waits for work of this process. */
export async function withShare<Value>(work: () => Promise<Value>): Promise<Shared<Value>> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, share: (user + system) / 1000 / (performance.now() - start) };
}

/** A share of a processor, for a line of progress. */
export const shareInWords = (share: number): string => `${share.toFixed(2)} of a processor`;
