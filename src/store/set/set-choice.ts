/**
 * The choice of a set: what was picked for it, that it is opened, and what the page goes back to where it cannot be, or is
 * given up.
 */
import { sameText } from '../../lib/json.ts';
import type { Picked } from '../../protocol/messages.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { Asking } from '../requests/asking.ts';
import type { StudioEvent } from '../reduce/reduce.ts';
import { remoteSetOf } from '../awaited.ts';
import type { StudioState } from '../state.ts';
import { AskedSets, type AskedSet } from './asked-sets.ts';

/** What it needs of the page. */
export interface ChoiceHost {
  readonly asking: Asking;
  readonly dispatch: (event: StudioEvent) => void;
  readonly state: () => StudioState;
}

/** Sets that the user has agreed to have fetched from servers, by their part of the recipe as text. */
export interface Agreed {
  readonly has: (text: string) => boolean;
  readonly add: (text: string) => unknown;
}

export class SetChoice {
  /** What was picked for the set that is open or being opened. */
  picked: Pick<Picked, 'files'> = {};
  /** What was picked for the recipe's weights. */
  weightFiles: readonly File[] = [];
  readonly #sets = new AskedSets();

  constructor(
    readonly host: ChoiceHost,
    readonly agreed: Agreed,
  ) {}

  /** A recipe comes from a link: a set on a server waits until the user agrees, unless that was done before. */
  link(recipe: Recipe): void {
    const isNew = this.#isRemote(recipe) && !this.agreed.has(sameText(recipe.dataset));
    this.host.dispatch({ kind: 'linked', dataset: isNew ? recipe.dataset : null });
  }

  /** Whoever has a set opened has agreed to have it fetched, after the page was loaded anew too. */
  agree(recipe: Recipe): void {
    if (this.#isRemote(recipe)) this.agreed.add(sameText(recipe.dataset));
  }

  #isRemote(recipe: Recipe): boolean {
    return remoteSetOf(recipe, this.host.state().catalog) !== null;
  }

  setRecipe(recipe: Recipe, preset: string | null): void {
    const picked = { pictures: (this.picked.files ?? []).length > 0, weights: this.weightFiles.length > 0 };
    this.host.dispatch({ kind: 'recipeSet', recipe, preset, picked });
  }

  /** Notes what is there under a recipe before another set is chosen. */
  leave(recipe: Recipe): void {
    const { preset, run, notices, edited } = this.host.state();
    const { picked, weightFiles } = this;
    this.#sets.leave({ recipe, preset, run, notices, edited, picked, weightFiles });
  }

  /** @returns whether the set is open now; false as well when another was asked for meanwhile */
  async open(set: AskedSet): Promise<boolean> {
    const { asking, dispatch } = this.host;
    this.#sets.begin(set);
    const input = { recipe: set.recipe, ...set.picked };
    const isEdited = this.#sets.isEdited(set);
    const dataset = await asking.ask('dataset', 'openDataset', input, set.key, isEdited);
    this.#sets.end(set, dataset !== null);
    if (dataset !== null) dispatch({ kind: 'dataset', dataset });
    return dataset !== null;
  }

  /**
   * Gives up what is being opened: recipe, files and run are those of before, all of them.
   *
   * @returns whether there was anything before
   */
  async giveUp(): Promise<boolean> {
    const { asking, dispatch, state } = this.host;
    const call = asking.callOf('dataset');
    const isLinked = state().linked !== null;
    if (call == null && !isLinked) return false;
    call?.control('cancel');
    // How it ended is said already, by the one who asked.
    await Promise.allSettled([call?.result]);
    const before = state().dataset.status === 'loading' ? null : this.#sets.takeBefore();
    if (before === null) return false;
    const { recipe, preset, run, notices, edited } = before;
    this.picked = before.picked;
    this.weightFiles = before.weightFiles;
    if (isLinked) dispatch({ kind: 'linked', dataset: null });
    this.setRecipe(recipe, preset);
    dispatch({ kind: 'wentBack', run, notices, edited });
    const { opened } = this.#sets;
    if (opened !== null) asking.keep('dataset', opened.key);
    return true;
  }

  /** Bad input loses nothing: the recipe goes back to the set that is open or was about to be; the error stays. */
  async fallBack(): Promise<void> {
    const { asking, dispatch } = this.host;
    const { recipe, preset, dataset: failed } = this.host.state();
    const set = this.#sets.takeFallback();
    const before = this.#sets.takeBefore();
    if (set === null || recipe === null) return;
    const { dataset, split, image } = set.recipe;
    this.picked = set.picked;
    this.setRecipe({ ...recipe, dataset, split, image }, preset);
    if (set === this.#sets.opened) {
      asking.keep('dataset', set.key);
      // What was found on that set holds for it still.
      if (before !== null) {
        const { run, notices, edited } = before;
        dispatch({ kind: 'wentBack', run, notices, edited });
      }
      return;
    }
    if ((await this.open(set)) && failed.error !== null) {
      dispatch({ kind: 'askFailed', what: 'dataset', error: failed.error });
    }
  }
}
