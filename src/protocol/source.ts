/** What a source says of a set before it is opened: what it would take, and what there is to choose from. */

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
