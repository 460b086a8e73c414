/**
 * Owns how a network begins with that of a kept run: its backbone's values, and its head where the classes are the same.
 * A recipe names the run by its id, so that its record says what the network had seen before.
 */
import type * as tf from '@tensorflow/tfjs';
import { isSame } from '../../lib/json.ts';
import { variablesOf } from '../../models/weights/fill-model.ts';
import type { LoadedWeights, LoadOptions } from '../../models/load-weights.ts';
import type { Platform } from '../../platform/platform.ts';
import { StudioError } from '../../protocol/errors.ts';
import { weightsHash } from '../../protocol/identity.ts';
import type { WeightsSummary } from '../../protocol/model.ts';
import { fieldDifferences } from '../../protocol/recipe/fields.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import { isWeightsRun } from '../../protocol/recipe/own-weights.ts';
import type { KeptNetwork } from '../kept/kept-network.ts';
import type { KeptRuns } from '../kept/kept-runs.ts';
import { assembleNetwork, buildNetwork, type Network } from './network.ts';
import { rebuildNetwork } from './rebuild.ts';

interface Where {
  readonly platform: Platform;
  readonly kept: Pick<KeptRuns, 'use' | 'list'>;
}

/**
 * The recipe's network, whatever it begins with. A head that has to be a new one is told as a notice.
 *
 * @param labels class names of the set, in index order
 * @throws StudioError `model/run-missing`, `model/other-network`, and as {@link buildNetwork}
 */
export async function networkFor(
  recipe: FullRecipe,
  labels: readonly string[],
  { platform, kept }: Where,
  options: Omit<LoadOptions, 'seed'>,
): Promise<Network> {
  const { weights } = recipe.backbone;
  if (!isWeightsRun(weights)) return buildNetwork(recipe, labels.length, platform, options);
  await describeRunOrThrow(weights.run, kept);
  return kept.use(weights.run, async (from) => {
    checkSameNetwork(recipe, from);
    const network = await begunWith(recipe, labels, from, platform);
    const why = whyNewHead(recipe, labels, from);
    if (why !== null) options.onNotice?.(newHead(why));
    return network;
  });
}

/** What is said of a kept run as the weights of another, before it is read; a missing one is a problem of theirs. */
export async function describeRun(runId: string, kept: Pick<KeptRuns, 'list'>): Promise<WeightsSummary> {
  const none = { kind: 'run', origin: originOf(runId), use: null } as const;
  try {
    const { labels, sizeBytes, origin } = await describeRunOrThrow(runId, kept);
    return { ...none, origin, sizeBytes, hereBytes: sizeBytes, labels, problem: null };
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    return { ...none, sizeBytes: null, hereBytes: 0, labels: null, problem: error.toWire() };
  }
}

const originOf = (runId: string): string => `the kept run ${runId}`;

async function describeRunOrThrow(
  runId: string,
  kept: Pick<KeptRuns, 'list'>,
): Promise<{ readonly labels: readonly string[]; readonly sizeBytes: number; readonly origin: string }> {
  const { runs } = await kept.list();
  const run = runs.find((each) => each.runId === runId);
  if (run === undefined) {
    throw new StudioError({
      code: 'model/run-missing',
      message: `The recipe trains on from the run ${runId}; it is not kept on this machine.`,
      hint: 'Open the .mien.zip that has it, under Kept runs, or choose other weights. With npm run train, name its folder or file by --from.',
    });
  }
  const name = run.name === '' ? originOf(runId) : `the kept run “${run.name}”`;
  return { labels: run.labels, sizeBytes: run.sizeBytes, origin: name };
}

async function begunWith(
  recipe: FullRecipe,
  labels: readonly string[],
  from: KeptNetwork,
  platform: Platform,
): Promise<Network> {
  const donor = await rebuildNetwork(from, platform);
  try {
    const hasHead = whyNewHead(recipe, labels, from) === null;
    const network = await assembleNetwork(recipe, labels.length, from.flavour ?? undefined, (base) =>
      filledFrom(donor, base, from, hasHead),
    );
    if (hasHead) copyInto(donor, network.model);
    return network;
  } finally {
    donor.dispose();
  }
}

async function filledFrom(
  donor: tf.LayersModel,
  base: tf.LayersModel,
  { result, labels, preprocessing }: KeptNetwork,
  hasHead: boolean,
): Promise<LoadedWeights> {
  copyInto(donor, base);
  const values = await Promise.all(
    variablesOf(base).map(({ variable }) => variable.read().data<'float32'>()),
  );
  return {
    origin: `${originOf(result.runId)}, ${hasHead ? 'with its head' : 'with a new head'}`,
    sizeBytes: values.reduce((sum, { byteLength }) => sum + byteLength, 0),
    sha256: await weightsHash(values),
    preprocessing,
    labels,
  };
}

/** All values that the other has, by layer and weight. */
function copyInto(donor: tf.LayersModel, model: tf.LayersModel): void {
  const given = new Map(
    variablesOf(donor).map(({ layer, weight, variable }) => [`${layer}/${weight}`, variable]),
  );
  for (const { layer, weight, variable } of variablesOf(model)) {
    const value = given.get(`${layer}/${weight}`);
    if (value !== undefined) variable.write(value.read());
  }
}

/** @throws StudioError `model/other-network` */
function checkSameNetwork(recipe: FullRecipe, { result }: KeptNetwork): void {
  const formOf = ({ backbone, image }: FullRecipe): unknown => {
    const { weights: _, ...form } = backbone;
    return { backbone: form, image: { scale: image.scale } };
  };
  const [first] = fieldDifferences(formOf(result.recipe), formOf(recipe));
  if (first === undefined) return;
  throw new StudioError({
    code: 'model/other-network',
    message: `To train on from run ${result.runId}, the recipe’s network has to be its network; ${first.path} is ${JSON.stringify(first.to ?? null)} and was ${JSON.stringify(first.from ?? null)}.`,
    hint: `Take the run’s own: ${first.path} = ${JSON.stringify(first.from ?? null)}.`,
  });
}

/** Why the run's head cannot be taken over, in a sentence; null where it can. */
function whyNewHead(
  { head }: FullRecipe,
  labels: readonly string[],
  { result, labels: had }: KeptNetwork,
): string | null {
  if (!isSame(labels, had))
    return `The run that is trained on from tells ${listOf(had)} apart; this set has ${listOf(labels)}.`;
  const { hidden } = result.recipe.head;
  if (isSame(head.hidden, hidden)) return null;
  return `The head of the run that is trained on from has the hidden layers [${hidden.join(', ')}]; the recipe asks for [${head.hidden.join(', ')}].`;
}

const listOf = (labels: readonly string[]): string =>
  `${labels.slice(0, 8).join(', ')}${labels.length > 8 ? ` and ${(labels.length - 8).toString()} more` : ''}`;

function newHead(why: string): StudioError {
  return new StudioError({
    code: 'model/new-head',
    message: `${why} Its backbone is taken, with a new head.`,
    hint: 'The head is taken over where a set has the same classes, by name and order, and the recipe the same hidden layers.',
  });
}
