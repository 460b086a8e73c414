/** What a source says of a set before it is opened, and what the engine says of an opened one. */

import type { EditsRef } from '../recipe/recipe.ts';

/** The three parts of a set. */
export type SplitName = 'train' | 'validation' | 'test';

/** So many of a kind, and where. */
export interface Counted {
  /** What one of them is called, for example `TIFF picture`, and what several are. */
  readonly noun: string;
  readonly plural: string;
  readonly count: number;
  /** By class, where they have one. */
  readonly classes: readonly { readonly label: string; readonly count: number }[];
  /** The first of them, by their paths or by what was found. */
  readonly examples: readonly string[];
  /** What the user can do about them; empty for nothing. */
  readonly hint: string;
}

/** Something done to a set beyond leaving rows out, or found in it, that must be known. */
export interface Remark {
  /** In whole sentences, with its counts. */
  readonly message: string;
  /** What the user can do about it; empty for nothing. */
  readonly hint: string;
}

/**
 * The one place that holds what became of everything that a source lists: nothing is left out, merged, cut short or renamed
 * that is not counted here. It begins with the list of files; rows are what is left of that.
 */
export interface CleaningReport {
  /** Files and parts that never became rows: other files, hidden ones, empty parts. */
  readonly passedOver: readonly Counted[];
  readonly rowsRead: number;
  readonly withoutPicture: number;
  readonly withoutLabel: number;
  /** With a label that is not of its column's form: a text among lists of answers, a fraction among whole numbers. */
  readonly oddLabel: number;
  readonly undecodable: number;
  readonly kept: number;
  /** Of the rows without a picture and of those that cannot be decoded: what was found in place of a picture. */
  readonly inPlace: readonly Counted[];
  readonly remarks: readonly Remark[];
}

/** A row that cleaning left out. */
export interface LeftOutRow {
  /** From 0, as the source has it. */
  readonly sourceRow: number;
  /** Path or name of its file; empty where the source has none. */
  readonly path: string;
  readonly why: 'withoutPicture' | 'withoutLabel' | 'oddLabel' | 'undecodable';
  /** What was found instead of a picture or a label; empty where nothing was. */
  readonly detail: string;
}

/**
 * A row that can be shown but is not part of the set: it has no label or an odd one, or the recipe had it dropped. These are
 * numbered on from the set's own rows.
 */
export interface AsideRow {
  readonly why: 'withoutLabel' | 'oddLabel' | 'withoutFace' | 'duplicate' | 'nearDuplicate' | 'smallClass';
  /** Empty where it has none. */
  readonly label: string;
}

/** What was found in a set beyond cleaning, and what the recipe had done about it. */
export interface Findings {
  /** Rows that cleaning left out, at most 500 of each kind. */
  readonly leftOut: readonly LeftOutRow[];
  /** The first has the number that follows the set's last row. Of rows without a label, or an odd one, at most 200 each. */
  readonly aside: readonly AsideRow[];
  /** Sets of rows whose files are the same, those aside included. */
  readonly duplicates: readonly (readonly number[])[];
  /** Sets of rows that look the same, those aside included; of copies of one file, one stands for all. */
  readonly nearDuplicates: readonly (readonly number[])[];
  /** How many of those sets have rows on both sides of a split: the network is then tested on what it learnt. */
  readonly setsAcrossSplits: number;
  /** How many groups that were to stay in one part are not, since the set's own split cuts them. */
  readonly groupsAcrossSplits: number;
  /** Rows in whose pictures no face was found, those aside included; null where none was looked for. */
  readonly withoutFace: readonly number[] | null;
  /** Classes that were left out because they have too few pictures. */
  readonly smallClasses: readonly { readonly label: string; readonly pictures: number }[];
  /** Rows left out after cleaning, as the recipe asked for. */
  readonly dropped: {
    readonly withoutFace: number;
    readonly duplicates: number;
    readonly nearDuplicates: number;
    readonly smallClasses: number;
  };
}

/** The class of a row that the user left out: no index. */
export const NO_CLASS = 0xffff;

/** What the user's edits made of a set. */
export interface EditsReport extends EditsRef {
  /** Classes of the set, as cleaned, that have another name now; two with one name were merged. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  readonly classesLeftOut: readonly string[];
  /** Rows whose class was changed, beyond a new name of it. */
  readonly relabelled: number;
  /** Rows that are in no part any more, one by one or with their class, and the class that they would have. */
  readonly leftOut: readonly { readonly row: number; readonly label: string }[];
  /** Pictures that were added. */
  readonly added: number;
  /** How many of these relabelled, left out and added pictures are, or would be, of the test part. */
  readonly inTest: number;
  /** Pictures that were to be added and that the set had already. */
  readonly knownAlready: number;
  /** Pictures that edits name and that the set does not have. */
  readonly unknown: number;
}

/**
 * An opened and split set. Rows are numbered after cleaning, from 0; edits leave the numbers as they are, and pictures
 * that they add follow.
 */
export interface DatasetSummary {
  readonly source: string;
  /** For the clause, for example `faces` or `pictures`. */
  readonly noun: string;
  /** Where it comes from, in a few words. */
  readonly origin: string;
  /** Class names in index order. */
  readonly labels: readonly string[];
  /** Label index of each row; {@link NO_CLASS} for one that the user left out. */
  readonly labelOfRow: Uint16Array;
  /** Row numbers by split, in scikit-learn's order. */
  readonly split: Readonly<Record<SplitName, Uint32Array>>;
  /** Of its pictures' files, paths and labels, in row order; see `identity.ts`. */
  readonly contentHash: string;
  /** Of that and of the split: runs on sets with the same can be compared. */
  readonly setHash: string;
  /** The same where each row number shows the same picture: edits do not change it, save those that add pictures. */
  readonly picturesKey: string;
  /** What the user changed; absent where nothing was. */
  readonly edits?: EditsReport;
  /** The edits of this set that were made here last, where they are not in use. */
  readonly keptEdits?: EditsRef;
  readonly cleaning: CleaningReport;
  readonly findings?: Findings;
  /** Bytes as stored or read. */
  readonly sizeBytes: number;
  /** Where a set on a server comes from; absent for what is on this machine. */
  readonly provenance?: Provenance;
}

/** What a source says of one picture. */
export interface PictureFacts {
  /** From 0, as the source has it; null for a picture that the user added. */
  readonly sourceRow: number | null;
  /** Path or name of its file; empty where the source has none. */
  readonly path: string;
  /** The label as the source has it, before it was made a class name; empty where there is none. */
  readonly rawLabel: string;
  /** Of the file, for example `jpeg`. */
  readonly format: string;
  /** In pixels, as stored. */
  readonly width: number;
  readonly height: number;
  /** Of the file. */
  readonly sizeBytes: number;
}

/** One picture as the RGBA that a canvas takes, `size * size * 4` bytes. */
export interface RgbaPicture {
  /** Side in pixels. */
  readonly size: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Pictures as the network sees them: RGBA, uint8, `size` x `size`, one after another. */
export interface RgbaPictures {
  readonly size: number;
  readonly rows: readonly number[];
  /** `rows.length * size * size * 4` bytes. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Augmented views of one picture, each said in a few words such as `flip, 7°`. */
export interface RgbaViews extends RgbaPictures {
  readonly captions: readonly string[];
}

/** A value of an option, with what the page calls it. */
export interface OfferedValue {
  readonly value: string;
  readonly label: string;
}

export interface SourceDescription {
  /** In the order to show; labels such as `licence`, values in plain words. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** By option: the values there are. Another one may be typed all the same. */
  readonly offers: Readonly<Record<string, readonly OfferedValue[]>>;
  /** Address of the set's own page. */
  readonly page: string;
}

/** Where an opened set comes from. */
export interface Provenance {
  /** Branch, tag or commit that was asked for. */
  readonly revision: string;
  /** The commit that it was; null where the server does not say. */
  readonly commit: string | null;
  /** Null where the set's card states none; absent where its card could not be read. */
  readonly licence?: string | null;
  /** Address of the set's own page. */
  readonly page: string;
}
