/**
 * From a study to its runs, all checked before the first begins. Runs that share what the frozen part computes follow each
 * other, so that it is computed once for them.
 */
import { keyedRandom, shuffledRange } from '../../lib/random.ts';
import { sameText } from '../../lib/json.ts';
import { asStudioError, StudioError } from '../../protocol/errors.ts';
import { withBackbone, withField } from '../../protocol/recipe/fields.ts';
import { parseRecipe, type Recipe } from '../../protocol/recipe/recipe.ts';
import {
  FOLD,
  studyInvalid,
  type Combination,
  type PlannedRun,
  type Range,
  type Study,
} from '../../protocol/runs/study.ts';
import { asRun } from '../catalog.ts';

/** More are no study that anybody reads. */
const MOST_RUNS = 10_000;

/**
 * All runs of a study, in the order to carry them out.
 *
 * @throws StudioError `recipe/study-invalid`; what a recipe is refused for, with the combination
 */
export function planStudy(study: Study, base: Recipe): readonly PlannedRun[] {
  const combinations = combinationsOf(study);
  const texts = new Set(combinations.map(sameText));
  if (texts.size < combinations.length) throw studyInvalid('a combination comes twice in it');
  const digits = combinations.length.toString().length;
  const runs = combinations.map((values, index) => ({
    name: [(index + 1).toString().padStart(digits, '0'), ...Object.values(values).map(slugOf)]
      .join('-')
      .slice(0, 80),
    values,
    recipe: recipeOf(base, values),
  }));
  // What goes on hangs on what came before: a bracket keeps the order of its draws.
  if (study.search.kind === 'asha') return runs;
  // Equal keys keep their order: the sort is stable.
  return runs.toSorted((one, other) => {
    const [first, second] = [sharingKey(one.recipe), sharingKey(other.recipe)];
    return firstWith(runs, first) - firstWith(runs, second);
  });
}

const firstWith = (runs: readonly PlannedRun[], key: string): number =>
  runs.findIndex(({ recipe }) => sharingKey(recipe) === key);

/** The same where the frozen part may compute the same. */
const sharingKey = ({ dataset, split, image, backbone, augmentation, seed }: Recipe): string =>
  sameText([dataset, split, image, backbone, augmentation, seed]);

/** A network other than the base's comes with its own defaults; what the study says of it goes before them. */
function recipeOf(base: Recipe, values: Combination): Recipe {
  const name = values['backbone.name'];
  const start = typeof name === 'string' && name !== base.backbone.name ? withBackbone(base, name) : base;
  const changed = Object.entries(values).reduce<unknown>(
    (recipe, [path, value]) => withField(recipe, path, value),
    start,
  );
  try {
    const recipe = parseRecipe(changed);
    asRun(recipe);
    return recipe;
  } catch (thrown) {
    const error = asStudioError(thrown);
    throw new StudioError({
      ...error.toWire(),
      message: `The combination ${textOf(values)} is refused. ${error.message}`,
      hint: `${error.hint} Nothing was run.`,
      cause: thrown,
    });
  }
}

/** `seed = 1, backbone.name = vgg16`. */
export const textOf = (values: Combination): string =>
  Object.entries(values)
    .map(([path, value]) => `${path} = ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');

function slugOf(value: unknown): string {
  if (isFold(value)) return `fold-${value.number.toString()}-of-${value.of.toString()}`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/gu, '-')
    .replaceAll(/^-|-$/gu, '');
}

const isFold = (value: unknown): value is { readonly of: number; readonly number: number } =>
  typeof value === 'object' && value !== null && 'of' in value && 'number' in value;

function combinationsOf({ vary, search }: Study): readonly Combination[] {
  if (Array.isArray(vary)) {
    if (search.kind === 'random' || search.kind === 'asha')
      throw studyInvalid('a list of objects is taken one by one; draws go with fields');
    return inFolds(vary, search);
  }
  if (search.kind === 'random') return drawsOf(vary, search.runs, search.seed);
  if (search.kind !== 'asha') return inFolds(gridOf(vary), search);
  if (search.runs !== undefined) return drawsOf(vary, search.runs, search.seed);
  const all = gridOf(vary);
  // By lot, as draws come: what begins first has no part of the grid to itself.
  return Array.from(shuffledRange(all.length, search.seed, 'study order'), (at) => all[at] ?? {});
}

type Fields = Exclude<Study['vary'], readonly unknown[]>;

/** Each of them on every fold, where the study has folds. */
function inFolds(some: readonly Combination[], search: Study['search']): readonly Combination[] {
  if (search.kind !== 'folds') return some;
  const { folds: of } = search;
  const folds = Array.from({ length: of }, (_, index) => ({ of, number: index + 1 }));
  return some.flatMap((one) => folds.map((fold): Combination => ({ ...one, [FOLD]: fold })));
}

function drawsOf(vary: Fields, runs: number, seed: number): readonly Combination[] {
  const draws = Array.from({ length: runs }, (_, run): Combination =>
    Object.fromEntries(Object.entries(vary).map(([path, values]) => [path, drawn(values, path, seed, run)])),
  );
  // Of few values the same are drawn again: a run that was carried out says nothing new.
  const texts = draws.map(sameText);
  return draws.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
}

function gridOf(vary: Fields): readonly Combination[] {
  return Object.keys(vary).reduce<Combination[]>(
    (some, path) => {
      const values = vary[path] ?? [];
      if (!Array.isArray(values)) throw studyInvalid(`${path} has a range, which draws alone are made from`);
      if (some.length * values.length > MOST_RUNS)
        throw studyInvalid(`it has more than ${MOST_RUNS.toString()} runs`);
      return some.flatMap((one) => values.map((value): Combination => ({ ...one, [path]: value })));
    },
    [{}],
  );
}

/** A value of a field for one run: whichever other fields there are, and however many runs. */
function drawn(values: readonly unknown[] | Range, path: string, seed: number, run: number): unknown {
  const share = keyedRandom(seed, `study ${path}`, run).uniform(0, 1);
  if (!('from' in values)) return values[Math.floor(share * values.length)];
  const { from, to, scale } = values;
  if (scale === 'log' && (from <= 0 || to <= 0))
    throw studyInvalid(`${path} is drawn by its magnitude, so both ends are above 0`);
  const value = scale === 'log' ? from * (to / from) ** share : from + share * (to - from);
  // More digits are read by nobody, and stand in the names of folders.
  return Number(value.toPrecision(6));
}
