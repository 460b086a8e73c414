/** The classes that are being taken with the camera: what is still missing, and the files that become of them. */
import type { Recipe } from '../../../protocol/recipe/recipe.ts';

/** A picture that was taken. */
export interface Taken {
  readonly id: number;
  readonly picture: Blob;
  /** Address of the picture for an `img`; whoever made it revokes it. */
  readonly url: string;
}

/** A class with its pictures. */
export interface TakenClass {
  readonly id: number;
  /** As it was typed. */
  readonly name: string;
  readonly pictures: readonly Taken[];
}

/**
 * How many pictures each of some classes of one size needs, so that every part of the split has one of each.
 *
 * @param split null for pictures that are added to a set, which has them already
 */
export function neededOfEach(split: Recipe['split'] | null): number {
  if (split === null) return 0;
  const shares = [split.train, split.validation, split.test].filter((share) => share > 0);
  return Math.max(2, Math.ceil(Number((1 / Math.min(...shares)).toPrecision(12))));
}

/** Why these classes cannot be used yet, in one sentence; null when they can. */
export function missingIn(classes: readonly TakenClass[], split: Recipe['split'] | null): string | null {
  const names = classes.map(folderOf);
  if (names.includes('')) return 'Give every class a name.';
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `Two classes are called “${twice}”: give one another name.`;
  const needed = neededOfEach(split);
  if (classes.every(({ pictures }) => pictures.length === 0) && needed === 0) return 'Take a picture.';
  const short = classes.filter(({ pictures }) => pictures.length < needed);
  if (short.length === 0) return null;
  const listed = short.map((one) => `${one.name.trim()} has ${one.pictures.length.toString()}`);
  return `Each class needs at least ${needed.toString()} pictures for the split: ${listed.join(', ')}.`;
}

/** One file a picture, whose name is its path: the class is the folder. */
export function filesOf(classes: readonly TakenClass[]): File[] {
  return classes.flatMap((one) =>
    one.pictures.map(({ picture }, index) => {
      const name = `webcam/${folderOf(one)}/${String(index + 1).padStart(4, '0')}.jpg`;
      return new File([picture], name, { type: 'image/jpeg' });
    }),
  );
}

/** A class's name as a folder's: in small letters, as labels are, and without what has a meaning in a path. */
function folderOf({ name }: TakenClass): string {
  return name.toLowerCase().replaceAll(/[/\\]/g, '-').trim().replace(/^\.+/, '');
}
