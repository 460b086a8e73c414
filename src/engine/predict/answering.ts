/** A kept run's network, ready to answer as it answered its test pictures. */
import type { Platform } from '../../platform/platform.ts';
import type { KeptNetwork } from '../kept/kept-network.ts';
import { rebuildNetwork } from '../network/rebuild.ts';
import type { Answering } from './classifier.ts';

/** The caller disposes its model. @throws StudioError `model/…`, `net/…` */
export async function answeringOf(
  { network }: { readonly network: KeptNetwork },
  platform: Platform,
): Promise<Answering> {
  const model = await rebuildNetwork(network, platform);
  const { labels, preprocessing, result } = network;
  const lastPhase = result.history.at(-1)?.phaseIndex ?? 0;
  return { model, labels, preprocessing, recipe: result.recipe, lastPhase };
}
