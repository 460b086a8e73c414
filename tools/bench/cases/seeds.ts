/** Whether cached views cost accuracy: the paper's protocol with several seeds, with 8 views, fresh ones, and in Keras. */
import { openDataset } from '../../../src/data/open-dataset.ts';
import type { Session } from '../../../src/engine/session.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import type { FullRecipe } from '../../../src/protocol/recipe/full-recipe.ts';
import type { Bench, Row, Settings } from '../bench.ts';
import { kerasSeeds, type Ended } from '../keras/keras-seeds.ts';
import { epochSeconds, runRecipe, startSession } from '../runs/mien-run.ts';
import { PAPER_EPOCHS, paperRecipe } from '../runs/paper-recipe.ts';
import { mean, standardDeviation, welch } from '../keras/welch.ts';

const SEEDS = [1, 2, 3, 4, 5];
/** Points that means may differ by whatever the spread: five of the 240 test pictures. */
const POINTS = 2;

export const seeds: Bench = {
  name: 'seeds',
  help: 'test accuracy with 8 views, with fresh ones and in Keras, five seeds each (about 40 minutes)',
  async run(settings) {
    const session = await startSession('wasm');
    const chosen = settings.quick ? SEEDS.slice(0, 2) : SEEDS;
    const recipeOf = recipesFor(settings);
    const fresh = recipeOf('fresh', 0);
    const dataset = await openDataset(fresh, session.platform, { onProgress: () => undefined });
    // Beside Mien: what is measured does not depend on how fast it goes.
    const given = { recipe: fresh, dataset, platform: session.platform, seeds: chosen };
    const keras = kerasSeeds({ ...given, onLine: (line) => settings.say(`Keras: ${line}`) });
    const mien = mienRuns(session, chosen, settings);
    const [inKeras, ofMien] = await Promise.all([keras, mien]);
    const rows = [rowOf('views 8', ofMien.cached, ['Mien, fresh views', ofMien.fresh])];
    if (inKeras === null) return rows;
    const error = inKeras.featureError.toExponential(1);
    const note = `Keras ${inKeras.keras} with the same pictures, split and starting weights: before training its features are within ${error} of Mien’s. Its augmentation is the same layers, its BatchNorms stay on their averages.`;
    return [
      ...rows,
      rowOf('views 8', ofMien.cached, ['Keras fit, cpu', inKeras.runs], note),
      rowOf('fresh views', ofMien.fresh, ['Keras fit, cpu', inKeras.runs]),
    ];
  },
};

type Views = FullRecipe['augmentation']['views'];

/** The protocol; the split is drawn with 42 each time, so that only training's chance differs. */
const recipesFor =
  ({ quick }: Settings) =>
  (views: Views, seed: number): FullRecipe =>
    paperRecipe({
      views,
      headEpochs: quick ? 2 : PAPER_EPOCHS.head,
      fineTuneEpochs: quick ? 2 : PAPER_EPOCHS.fineTune,
      stopsEarly: true,
      seed,
    });

async function mienRuns(
  session: Session,
  chosen: readonly number[],
  settings: Settings,
): Promise<{ cached: readonly Ended[]; fresh: readonly Ended[] }> {
  const recipeOf = recipesFor(settings);
  const [cached, fresh]: [Ended[], Ended[]] = [[], []];
  for (const seed of chosen) {
    for (const [views, runs] of [
      [8, cached],
      ['fresh', fresh],
    ] as const) {
      const ended = endOf(await runRecipe(session, recipeOf(views, seed)));
      settings.say(`Mien, views ${views.toString()}: ${JSON.stringify(ended)}`);
      runs.push(ended);
    }
  }
  return { cached, fresh };
}

function endOf(result: RunResult): Ended {
  const { recipe, test } = result;
  return {
    seed: recipe.seed,
    testLoss: test?.loss ?? Number.NaN,
    testAccuracy: test?.accuracy ?? Number.NaN,
    epochs: recipe.phases.map((_, index) => epochSeconds(result, index).length),
  };
}

/** Reached when the interval of the difference holds 0, or the means are {@link POINTS} apart at most. */
function rowOf(
  what: string,
  mien: readonly Ended[],
  [against, other]: readonly [string, readonly Ended[]],
  note = '',
): Row {
  const [ours, theirs] = [percentages(mien), percentages(other)];
  const { difference, halfWidth } = welch(ours, theirs);
  const interval = [difference - halfWidth, difference + halfWidth].map((points) => points.toFixed(1));
  const said = `${inWords(ours)} against ${inWords(theirs)}; difference ${difference.toFixed(1)} points, 95 % interval ${interval.join(' to ')} (Welch). Test loss ${lossInWords(mien)} against ${lossInWords(other)}.`;
  return {
    what: `test accuracy, ${what}: MobileNetV2 0.35 at 96, paper’s protocol, mean of ${ours.length.toString()} seeds`,
    against,
    unit: '%',
    mien: mean(ours),
    other: mean(theirs),
    aimDistance: Math.max(POINTS, halfWidth),
    note: note === '' ? said : `${said} ${note}`,
  };
}

const percentages = (runs: readonly Ended[]): number[] => runs.map(({ testAccuracy }) => testAccuracy * 100);

const inWords = (values: readonly number[]): string =>
  `${values.map((value) => value.toFixed(1)).join(', ')} (${mean(values).toFixed(1)} ± ${standardDeviation(values).toFixed(1)})`;

function lossInWords(runs: readonly Ended[]): string {
  const losses = runs.map(({ testLoss }) => testLoss);
  return `${mean(losses).toFixed(3)} ± ${standardDeviation(losses).toFixed(3)}`;
}
