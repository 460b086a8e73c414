/** What the queue, and what carries its studies out, needs of the page. */
import type { StudioClient } from '../../client/studio-client.ts';
import type { Picked } from '../../protocol/messages.ts';
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
