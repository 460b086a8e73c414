/** What the page asks about a set before it is opened. */
import type { Call, StudioClient } from '../client/studio-client.ts';
import type { Recipe } from '../protocol/recipe.ts';

export class SourceRequests {
  constructor(readonly engine: Pick<StudioClient, 'request'>) {}

  /** What a source would open, without opening it. */
  describe(dataset: Recipe['dataset']): Call<'describeSource'> {
    return this.engine.request('describeSource', { dataset });
  }

  /** Hands the engine a token for a server; nothing else on the page keeps it. */
  async useToken(server: string, token: string): Promise<void> {
    await this.engine.request('useToken', { server, token }).result;
  }
}
