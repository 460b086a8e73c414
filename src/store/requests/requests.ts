/** What the page asks of the engine beside opening and training: about pictures, sources, and what is stored. */
import type { Call, StudioClient } from '../../client/studio-client.ts';
import type { PictureFacts, RgbaViews } from '../../protocol/set/dataset.ts';
import type { RunEvent } from '../../protocol/events.ts';
import type { Offer } from '../../protocol/messages.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { Stored, StoredThing } from '../../protocol/stored.ts';
import { PictureAlbum, Thumbnails } from '../set/pictures.ts';

type Engine = Pick<StudioClient, 'request'>;
type OnEvent = (event: RunEvent) => void;

/** About the pictures of the open set. */
export class PictureRequests {
  /** Pictures as the network sees them. */
  readonly album: PictureAlbum;

  constructor(readonly engine: Engine) {
    this.album = new PictureAlbum(async (rows) => engine.request('pictures', { rows }).result);
  }

  /** Small pictures for a list, `size` pixels a side. */
  thumbnails(size: number): Thumbnails {
    return new Thumbnails((rows) => this.engine.request('thumbnails', { rows, size }));
  }

  /** What the source says of pictures. */
  async describe(rows: readonly number[]): Promise<readonly PictureFacts[]> {
    return this.engine.request('describePictures', { rows }).result;
  }

  /** Augmented views of one picture, as the recipe makes them. */
  async views(recipe: Recipe, row: number, count: number): Promise<RgbaViews> {
    return this.engine.request('views', { recipe, row, count }).result;
  }
}

/** About a set before it is opened. */
export class SourceRequests {
  constructor(readonly engine: Engine) {}

  /** What a source would open, without opening it. */
  describe(dataset: Recipe['dataset']): Call<'describeSource'> {
    return this.engine.request('describeSource', { dataset });
  }

  /** What files can be taken for. */
  async recognise(files: readonly File[]): Promise<readonly Offer[]> {
    return (await this.engine.request('recognise', { files }).result).offers;
  }

  /** Hands the engine a token for a server; nothing else on the page keeps it. */
  async useToken(server: string, token: string): Promise<void> {
    await this.engine.request('useToken', { server, token }).result;
  }
}

/** About what is stored on this machine. */
export class StoredRequests {
  constructor(readonly engine: Engine) {}

  list(): Promise<Stored> {
    return this.engine.request('listStored', {}).result;
  }

  /** Deletes a part of it; gives what is left. */
  remove(thing: StoredThing): Promise<Stored> {
    return this.engine.request('deleteStored', thing).result;
  }

  /** Forgets all that is kept; the page has to be loaded anew then. */
  async forgetAll(): Promise<void> {
    await this.engine.request('forgetAll', {}).result;
  }

  /** Stores the open set; gives what is stored then. */
  storeSet(onEvent: OnEvent): Call<'storeSet'> {
    return this.engine.request('storeSet', {}, onEvent);
  }

  /** The open set as a file, or a stored one. */
  saveSet(set: string | null, onEvent: OnEvent): Call<'saveSet'> {
    return this.engine.request('saveSet', { set }, onEvent);
  }
}
