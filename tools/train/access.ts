/** What headless commands read and reach: recipes and other texts, and the Hub with its token. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { asRun } from '../../src/engine/catalog.ts';
import { runsLeft } from '../../src/engine/checkpoints/resumable.ts';
import { isSame } from '../../src/lib/json.ts';
import type { Platform } from '../../src/platform/platform.ts';
import type { ResumableRun } from '../../src/protocol/events.ts';
import { isSameRecipe } from '../../src/protocol/identity.ts';
import type { Session } from '../../src/engine/session.ts';
import { HUB } from '../../src/platform/remote/hub.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { parseRecipe, type Recipe } from '../../src/protocol/recipe/recipe.ts';
import type { KeptRecord } from '../../src/protocol/runs/kept.ts';

/** A text file. @throws StudioError `recipe/missing` */
export async function readText(path: string, what: string, hint: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    const message = `${what} was expected at ${path}; it cannot be read.`;
    throw new StudioError({ code: 'recipe/missing', message, hint, cause });
  });
}

/** A recipe's file. @throws StudioError `recipe/…` */
export async function readRecipe(path: string): Promise<Recipe> {
  const hint = 'Give the path of a recipe file; public/recipes has some.';
  const text = await readText(path, 'A recipe', hint);
  try {
    return parseRecipe(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new StudioError({
      code: 'recipe/not-json',
      message: `${path} is not JSON: ${cause.message}.`,
      hint: 'Correct it, or start from one of the recipes in public/recipes.',
      cause,
    });
  }
}

/** Only sets of the Hub have an `endpoint`. */
export function withHub(recipe: Recipe, hub: string | null): Recipe {
  if (hub === null || recipe.dataset.source !== 'hub') return recipe;
  return { ...recipe, dataset: Object.assign({}, recipe.dataset, { endpoint: hub }) };
}

/** The token is for the Hub or for the server that the command names, never for one that a recipe brings along. */
export function useToken(session: Session, hub: string | null): void {
  const token = process.env['HF_TOKEN'] ?? '';
  if (token !== '') session.tokens.use(hub ?? HUB, token);
}
/** The last run of a recipe that did not come to its end, be its pictures elsewhere now; undefined where there is none. */
export async function lastRunOf(recipe: Recipe, platform: Platform): Promise<ResumableRun | undefined> {
  const runs = await runsLeft(platform);
  const full = asRun(recipe);
  return runs.find((run) => isSame(run.recipe, full)) ?? runs.find((run) => isSameRecipe(run.recipe, full));
}

/** A run's recipe, its set where it is on this machine. @param set its folder, zip or Parquet file; null where the recipe says */
export function recipeHere(
  { result }: KeptRecord,
  { set, hub }: { readonly set: string | null; readonly hub: string | null },
): KeptRecord['result']['recipe'] {
  const { dataset } = withHub(result.recipe, hub);
  const here = set === null ? dataset : Object.assign({}, dataset, { path: resolve(set) });
  return { ...result.recipe, dataset: here };
}
