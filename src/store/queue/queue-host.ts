/** What the queue, and what carries its studies out, needs of the page. */
import type { StudioClient } from '../../client/studio-client.ts';
import { isSame } from '../../lib/json.ts';
import type { Picked } from '../../protocol/messages.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { StudioEvent } from '../reduce/reduce.ts';
import type { RunRequests } from '../requests/run-requests.ts';
import type { StudioState } from '../state.ts';

export interface QueueHost {
  readonly engine: Pick<StudioClient, 'request'>;
  readonly dispatch: (event: StudioEvent) => void;
  readonly state: () => StudioState;
  readonly runs: RunRequests;
  /** What was picked for the page's own recipe. */
  readonly picked: () => Picked;
  /** Shows again what the page's own recipe names. */
  readonly settle: () => Promise<void>;
}

/** Picked files go with the set that they were picked for. */
export function pickedFor({ picked, state }: QueueHost, recipe: Recipe): Picked {
  const { files, ...others } = picked();
  const own = state().recipe;
  const isOwnSet = own !== null && isSame(own.dataset, recipe.dataset);
  return { ...others, ...(isOwnSet && files !== undefined && { files }) };
}
