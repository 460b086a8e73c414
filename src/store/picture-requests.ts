/** What the page asks about the pictures of the open set. */
import type { StudioClient } from '../client/studio-client.ts';
import type { PictureFacts, RgbaViews } from '../protocol/dataset.ts';
import type { Recipe } from '../protocol/recipe.ts';
import { PictureAlbum } from './pictures.ts';
import { Thumbnails } from './thumbnails.ts';

export class PictureRequests {
  /** Pictures as the network sees them. */
  readonly album: PictureAlbum;

  constructor(readonly engine: Pick<StudioClient, 'request'>) {
    this.album = new PictureAlbum(async (rows) => engine.request('pictures', { rows }).result);
  }

  /** Small pictures for a list, `size` pixels a side. */
  thumbnails(size: number): Thumbnails {
    return new Thumbnails((rows) => this.engine.request('thumbnails', { rows, size }));
  }

  /** What the source says of a picture. */
  async describe(row: number): Promise<PictureFacts> {
    return this.engine.request('describePicture', { row }).result;
  }

  /** Augmented views of one picture, as the recipe makes them. */
  async views(recipe: Recipe, row: number, count: number): Promise<RgbaViews> {
    return this.engine.request('views', { recipe, row, count }).result;
  }
}
