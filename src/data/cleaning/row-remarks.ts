/**
 * Owns what must be known of a set's rows though they are kept: classes of which no picture is left, names that differ in
 * little, rows with several labels, pictures that are turned, and pictures of 16 bits that come out black.
 */
import { countOf } from '../../lib/format.ts';
import { orientationOf } from '../../platform/pictures/exif.ts';
import { checkPictureHeader } from '../../platform/pictures/picture-header.ts';
import type { Remark } from '../../protocol/set/dataset.ts';
import type { Orientation } from '../../protocol/recipe/recipe.ts';
import type { OpenedSource, SourceRow } from '../sources/source.ts';
import type { ReadLabel } from './labels.ts';

/** As many names are told. */
const NAMES_TOLD = 8;

export class RowRemarks {
  /** Rows of each class, kept or not. */
  readonly #rowsOf = new Map<string, number>();
  #several = 0;
  #turned = 0;
  #black = 0;

  constructor(
    readonly source: Pick<OpenedSource, 'labelNames' | 'severalLabels'>,
    readonly orientation: Orientation,
  ) {}

  /** @param prepared the picture as the network sees it; null where it is not read */
  add({ picture }: SourceRow, label: ReadLabel | 'none' | 'odd', prepared: Uint8Array | null): void {
    if (typeof label !== 'string') {
      this.#rowsOf.set(label.label, (this.#rowsOf.get(label.label) ?? 0) + 1);
      if (label.isFirstOfSeveral) this.#several += 1;
    }
    if (picture === null || prepared === null) return;
    if (orientationOf(picture) !== 1) this.#turned += 1;
    // The upper half of 16 bits is what Pillow takes too: of values up to 255 nothing is left.
    if (checkPictureHeader(picture).isDeep && prepared.every((value) => value <= 1)) this.#black += 1;
  }

  /** @param rows those that are kept */
  list(rows: readonly { readonly label: string }[]): Remark[] {
    const kept = new Set(rows.map(({ label }) => label));
    return [
      ...this.#goneClasses(kept),
      ...sameNames(this.source.labelNames ?? []),
      ...alikeNames([...kept]),
      ...(this.#several === 0 ? [] : [this.#severalLabels()]),
      ...(this.#turned === 0 ? [] : [this.#turnedPictures()]),
      ...(this.#black === 0 ? [] : [this.#blackPictures()]),
    ];
  }

  #goneClasses(kept: ReadonlySet<string>): Remark[] {
    const gone = [...this.#rowsOf].filter(([label]) => !kept.has(label));
    if (gone.length === 0) return [];
    const names = gone.slice(0, NAMES_TOLD).map(([label, rows]) => `“${label}” (${countOf(rows, 'row')})`);
    const more = gone.length > NAMES_TOLD ? ` and ${(gone.length - NAMES_TOLD).toString()} more` : '';
    return [
      {
        message: `Of ${countOf(gone.length, 'class', 'classes')} nothing is left, so that the network does not learn ${gone.length === 1 ? 'it' : 'them'}: ${names.join(', ')}${more}.`,
        hint: 'See above what was left out and why.',
      },
    ];
  }

  #severalLabels(): Remark {
    return {
      message: `${countOf(this.#several, 'row')} ${this.#several === 1 ? 'has' : 'have'} several labels, of which the first is taken.`,
      hint: 'To leave such rows out, set “Rows with several labels” where the set is chosen (severalLabels in a recipe).',
    };
  }

  #turnedPictures(): Remark {
    const count = countOf(this.#turned, 'picture');
    return this.orientation === 'exif'
      ? { message: `${count} ${this.#turned === 1 ? 'is' : 'are'} turned as the Exif note says.`, hint: '' }
      : {
          message: `${count} ${this.#turned === 1 ? 'says' : 'say'} by an Exif note how to turn it, and ${this.#turned === 1 ? 'is' : 'are'} taken as stored, lying on the side or upside down.`,
          hint: 'Set image.orientation to "exif" in the recipe to have them turned, as Hugging Face’s datasets does.',
        };
  }

  #blackPictures(): Remark {
    return {
      message: `${countOf(this.#black, 'picture')} of 16 bits ${this.#black === 1 ? 'comes' : 'come'} out black: of 16 bits the upper half is taken, and all values are below 256.`,
      hint: 'Save such pictures with values over the whole range, or with 8 bits, and open the set again.',
    };
  }
}

/** Names that stand behind several numbers. */
function sameNames(names: readonly string[]): Remark[] {
  const twice = [
    ...new Set(names.filter((name, index) => name.trim() !== '' && names.indexOf(name) !== index)),
  ];
  if (twice.length === 0) return [];
  return [
    {
      message: `The set gives one name to several classes, which are one here: ${twice.map((name) => `“${name}”`).join(', ')}.`,
      hint: 'Give them names of their own in the set if they are different classes.',
    },
  ];
}

/** Classes whose names differ in case or in spaces alone. */
function alikeNames(labels: readonly string[]): Remark[] {
  const byCore = new Map<string, string[]>();
  for (const label of labels) {
    const core = label.trim().toLowerCase().replace(/\s+/gu, ' ');
    byCore.set(core, [...(byCore.get(core) ?? []), label]);
  }
  const alike = [...byCore.values()].filter((names) => names.length > 1);
  if (alike.length === 0) return [];
  const sets = alike.slice(0, NAMES_TOLD).map((names) => names.map((name) => `“${name}”`).join(' and '));
  return [
    {
      message: `Names that differ only in case or spaces are classes of their own: ${sets.join('; ')}.`,
      hint: 'If they mean the same, give them one name in the set.',
    },
  ];
}
