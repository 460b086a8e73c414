/** Owns counting what is left out, kind by kind and class by class, with the first examples of each. */
import type { Counted } from '../../protocol/dataset.ts';

/** As many examples of a kind are told. */
const EXAMPLES = 3;

interface Kind {
  readonly hint: string;
  count: number;
  readonly classes: Map<string, number>;
  readonly examples: string[];
}

/** One more of a kind. */
export interface Tallied {
  /** See {@link Counted}. */
  readonly noun: string;
  readonly hint?: string;
  /** Its class, where it has one. */
  readonly label?: string | null | undefined;
  /** Its path, or what was found; empty for nothing to tell. */
  readonly example?: string;
}

export class Tally {
  readonly #kinds = new Map<string, Kind>();

  add({ noun, hint = '', label, example = '' }: Tallied, count = 1): void {
    const kind = this.#kinds.get(noun) ?? { hint, count: 0, classes: new Map<string, number>(), examples: [] };
    this.#kinds.set(noun, kind);
    kind.count += count;
    if (label != null) kind.classes.set(label, (kind.classes.get(label) ?? 0) + count);
    if (example !== '' && kind.examples.length < EXAMPLES) kind.examples.push(example);
  }

  /** In the order in which the kinds came. */
  list(): Counted[] {
    return [...this.#kinds].map(([noun, { hint, count, classes, examples }]) => ({
      ...{ noun, count, hint, examples },
      classes: [...classes].map(([label, each]) => ({ label, count: each })),
    }));
  }
}
