/** Which sets were asked for, and which of them a set that cannot be opened falls back to. */
import { readingKey } from '../../protocol/identity.ts';
import type { Picked } from '../../protocol/messages.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';

/** A set that was asked for. */
export interface AskedSet {
  readonly recipe: Recipe;
  readonly picked: Pick<Picked, 'files'>;
  /** Its `openingKey`. */
  readonly key: string;
}

export class AskedSets {
  /** The set that was opened last. */
  opened: AskedSet | null = null;
  #opening: AskedSet | null = null;
  /** The set that was being opened when another was chosen before any had opened. */
  #overtaken: AskedSet | null = null;

  begin(set: AskedSet): void {
    if (this.opened === null) this.#overtaken = this.#opening ?? this.#overtaken;
    this.#opening = set;
  }

  end(set: AskedSet, isOpen: boolean): void {
    if (this.#opening === set) this.#opening = null;
    if (isOpen) this.opened = set;
  }

  /** Whether it is the set that is open, edited otherwise. */
  isEdited(set: AskedSet): boolean {
    const readingOf = ({ recipe, picked }: AskedSet): string => readingKey(recipe, picked.files);
    return this.opened !== null && readingOf(this.opened) === readingOf(set);
  }

  /** The set that is open, or that was about to be: that one is tried once. */
  takeFallback(): AskedSet | null {
    const set = this.opened ?? this.#overtaken;
    this.#overtaken = null;
    return set;
  }
}
