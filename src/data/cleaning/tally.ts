/** Owns counting what is left out, kind by kind and class by class, with the first examples of each. */
import type { Counted } from '../../protocol/set/dataset.ts';

/** As many examples of a kind are told. */
const EXAMPLES = 3;

interface Kind {
  readonly plural: string;
  readonly hint: string;
  count: number;
  readonly classes: Map<string, number>;
  readonly examples: string[];
}

/** One more of a kind. */
export interface Tallied {
  /** See {@link Counted}. */
  readonly noun: string;
  /** With an `s`, if it is not said. */
  readonly plural?: string;
  readonly hint?: string;
  /** Its class, where it has one. */
  readonly label?: string | null | undefined;
  /** Its path, or what was found; empty for nothing to tell. */
  readonly example?: string;
}

export class Tally {
  readonly #kinds = new Map<string, Kind>();

  add({ noun, plural = `${noun}s`, hint = '', label, example = '' }: Tallied, count = 1): void {
    const kind = this.#kinds.get(noun) ?? {
      plural,
      hint,
      count: 0,
      classes: new Map<string, number>(),
      examples: [],
    };
    this.#kinds.set(noun, kind);
    kind.count += count;
    if (label != null) kind.classes.set(label, (kind.classes.get(label) ?? 0) + count);
    if (example !== '' && kind.examples.length < EXAMPLES) kind.examples.push(example);
  }

  /** The most first; of equally many by their names, since files come in any order. */
  list(): Counted[] {
    const kinds = [...this.#kinds].sort(([one, { count: a }], [other, { count: b }]) =>
      a === b ? (one < other ? -1 : 1) : b - a,
    );
    return kinds.map(([noun, { plural, hint, count, classes, examples }]) => ({
      ...{ noun, plural, count, hint, examples },
      classes: [...classes].map(([label, each]) => ({ label, count: each })),
    }));
  }
}
