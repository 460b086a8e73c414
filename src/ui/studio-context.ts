/** How components reach the store: a context with the page's one {@link Studio}, and hooks over it. */
import { createContext, useContext, useMemo } from 'react';
import { useStore } from 'zustand';
import { invariant, type WireError } from '../protocol/errors.ts';
import { fullOrNull, type FullRecipe } from '../protocol/recipe/full-recipe.ts';
import type { Recipe } from '../protocol/recipe/recipe.ts';
import { placeOfError } from '../store/troubles/places.ts';
import { isActive, recordOf, type StudioState } from '../store/state.ts';
import type { Studio } from '../store/studio.ts';

/** Set once, in `main.tsx`. */
export const StudioContext = createContext<Studio | null>(null);

/** The studio, for its actions. */
export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  invariant(studio !== null, 'components are mounted inside StudioContext');
  return studio;
}

/** A part of the state; the component draws anew when it changes. */
export function useStudioState<Part>(select: (state: StudioState) => Part): Part {
  return useStore(useStudio().store, select);
}

/** The recipe that the page shows: the run's while one is under way, the edited one otherwise. */
export function useShownRecipe(): Recipe | null {
  return useStudioState(shownRecipe);
}

function shownRecipe(state: StudioState): Recipe | null {
  return isActive(state.run) ? (recordOf(state.run)?.recipe ?? null) : state.recipe;
}

const none: readonly WireError[] = [];

/** What must be known of the run, by the column that it is about; of the device it is said with the training. */
export function useRunNotices(column: 'model' | 'training'): readonly WireError[] {
  const notices = useStudioState((state) => recordOf(state.run)?.notices ?? none);
  return useMemo(
    () => notices.filter((notice) => (placeOfError(notice) === 'model' ? 'model' : 'training') === column),
    [notices, column],
  );
}

/** A recipe with what it leaves to the catalog filled in; null where it does not fit, which the engine says. */
export function useFullRecipe(recipe: Recipe | null): FullRecipe | null {
  const catalog = useStudioState((state) => state.catalog);
  return useMemo(() => fullOrNull(recipe, catalog), [recipe, catalog]);
}
