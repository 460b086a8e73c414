/** Which sets were asked for, and which of them a set that cannot be opened falls back to. */
import { readingKey } from '../../protocol/identity.ts';
import type { Picked } from '../../protocol/messages.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { StudioState } from '../state.ts';

/** A set that was asked for. */
export interface AskedSet {
  readonly recipe: Recipe;
  readonly picked: Pick<Picked, 'files'>;
  /** Its `openingKey`. */
  readonly key: string;
}

/** What the page stood at before another set was asked for. */
export interface Standing extends Pick<StudioState, 'preset' | 'run' | 'notices' | 'edited'> {
  readonly recipe: Recipe;
  readonly picked: Pick<Picked, 'files'>;
  readonly weightFiles: readonly File[];
}

export class AskedSets {
  /** The set that was opened last. */
  opened: AskedSet | null = null;
  #opening: AskedSet | null = null;
  /** What giving up goes back to; null while nothing is being opened in place of another. */
  #before: Standing | null = null;
  /** The set that was being opened when another was chosen before any had opened. */
  #overtaken: AskedSet | null = null;

  /** Notes what the page stands at as another set is chosen; of several choices, what was there before the first. */
  leave(standing: Standing): void {
    this.#before ??= standing;
  }

  /** What the page stood at, once. */
  takeBefore(): Standing | null {
    const before = this.#before;
    this.#before = null;
    return before;
  }

  begin(set: AskedSet): void {
    if (this.opened === null) this.#overtaken = this.#opening ?? this.#overtaken;
    this.#opening = set;
  }

  end(set: AskedSet, isOpen: boolean): void {
    if (this.#opening === set) this.#opening = null;
    if (!isOpen) return;
    this.opened = set;
    this.#before = null;
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
