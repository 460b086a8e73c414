/** The contract of an augmentation: what it declares, and what it draws for one view of one picture. */
import type { CatalogEntry } from '../../protocol/catalog.ts';
import type { PythonCall } from '../../lib/python.ts';
import type { Options } from '../../protocol/recipe/options.ts';
import type { KeyedRandom } from '../../lib/random.ts';
import type { Projective } from './projective.ts';

/** A rectangle of the output that is painted over. */
export interface Patch {
  /** Pixels from `left` and `top` up to, not including, `right` and `bottom`; may be fractions. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** 0 to 255 each. */
  readonly colour: readonly [red: number, green: number, blue: number];
}

/** What one augmentation does to one picture. What is left out stays as it is. */
export interface Draw {
  /** Where each pixel of the output is read from. */
  readonly map?: Projective;
  /** Factor on the distance from the channel's mean. */
  readonly contrast?: number;
  readonly patch?: Patch;
  /** In a few words, for example `7°`. */
  readonly caption: string;
}

/** A registry entry with the code behind it. Its options are fields of the recipe's `augmentation`. */
export interface Augmentation {
  /** Every option's default must leave pictures as they are. */
  readonly entry: CatalogEntry;
  /**
   * Draws for one view of one picture.
   *
   * @param options checked against `entry.options` and complete
   * @param random draws of this augmentation, view and picture alone
   * @param size the picture's side in pixels
   * @returns null when the picture stays as it is
   */
  draw(options: Options, random: KeyedRandom, size: number): Draw | null;
  /**
   * The layer of `keras.layers` that does the same to pixels of 0 to 255, for the program that an export brings; asked
   * for where some option is not at its default. Null where Keras has none: the export then says that it is left out.
   */
  readonly keras: ((options: Options) => PythonCall) | null;
}
