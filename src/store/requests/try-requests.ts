/** What the page asks of a trained network that is tried. Answers are the asker's: the state keeps none of them. */
import type { Call, StudioClient } from '../../client/studio-client.ts';
import type { Requests } from '../../protocol/messages.ts';

export class TryRequests {
  constructor(readonly engine: Pick<StudioClient, 'request'>) {}

  /** Makes a finished run's network ready. */
  open(runId: string): Call<'openNetwork'> {
    return this.engine.request('openNetwork', { runId });
  }

  /** What it says of a picture. */
  predict(input: Requests['predict']['input']): Call<'predict'> {
    return this.engine.request('predict', input);
  }

  /** What it says while one place of a row after another is covered. */
  occlude(input: Requests['occlude']['input']): Call<'occlude'> {
    return this.engine.request('occlude', input);
  }
}
