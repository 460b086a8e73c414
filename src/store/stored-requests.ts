/** What the page asks of the engine about what is kept on this machine. */
import type { Call, StudioClient } from '../client/studio-client.ts';
import type { RunEvent } from '../protocol/events.ts';
import type { Stored, StoredThing } from '../protocol/stored.ts';

type OnEvent = (event: RunEvent) => void;

export class StoredRequests {
  constructor(readonly engine: Pick<StudioClient, 'request'>) {}

  list(): Promise<Stored> {
    return this.engine.request('listStored', {}).result;
  }

  /** Forgets a part of it; gives what is left. */
  remove(thing: StoredThing): Promise<Stored> {
    return this.engine.request('deleteStored', thing).result;
  }

  /** Keeps the open set; gives what is kept then. */
  keepSet(onEvent: OnEvent): Call<'keepSet'> {
    return this.engine.request('keepSet', {}, onEvent);
  }

  /** The open set as a file, or a kept one. */
  saveSet(set: string | null, onEvent: OnEvent): Call<'saveSet'> {
    return this.engine.request('saveSet', { set }, onEvent);
  }
}
