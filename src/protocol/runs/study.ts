/** A study: many recipes that differ in a few fields, as one file describes them. */
import * as z from 'zod/mini';
import { StudioError } from '../errors.ts';
import type { Recipe } from '../recipe/recipe.ts';

const Range = z.strictObject({
  from: z.number(),
  to: z.number(),
  scale: z._default(z.enum(['linear', 'log']), 'linear'),
});

/** Numbers between two ends, drawn evenly or by their magnitude. */
export type Range = z.infer<typeof Range>;

const Values = z.union([z.array(z.unknown()).check(z.minLength(1)), Range]);

const seed = () => z._default(z.int().check(z.minimum(0), z.maximum(2 ** 32 - 1)), 42);

const StudySchema = z.strictObject({
  name: z.string().check(z.minLength(1)),
  /** A recipe, or the path of one. */
  base: z.union([z.string().check(z.minLength(1)), z.record(z.string(), z.unknown())]),
  /** By a field's path what it takes; or objects of fields that change together. */
  vary: z._default(
    z.union([z.record(z.string(), Values), z.array(z.record(z.string(), z.unknown())).check(z.minLength(1))]),
    {},
  ),
  search: z._default(
    z.union([
      z.strictObject({ kind: z.literal('grid') }),
      z.strictObject({
        kind: z.literal('random'),
        runs: z.int().check(z.minimum(1), z.maximum(10_000)),
        seed: seed(),
      }),
      /** Each combination on every one of so many stratified folds. */
      z.strictObject({ kind: z.literal('folds'), folds: z.int().check(z.minimum(2), z.maximum(100)) }),
      /** All begin; after `least` epochs, and `eta` times as many each time, the best of `eta` go on. */
      z.strictObject({
        kind: z.literal('asha'),
        /** Draws; left out, every combination of the lists. */
        runs: z.optional(z.int().check(z.minimum(2), z.maximum(10_000))),
        seed: seed(),
        eta: z._default(z.int().check(z.minimum(2), z.maximum(10)), 3),
        least: z._default(z.int().check(z.minimum(1), z.maximum(10_000)), 1),
      }),
    ]),
    { kind: 'grid' },
  ),
  /** By which validation figure one run is chosen, which alone is asked about test pictures; left out, every run is. */
  choose: z.optional(z.enum(['valLoss', 'valAccuracy'])),
  /** A varied field: one run is chosen for each of its values. */
  chooseFor: z.optional(z.string().check(z.minLength(1))),
});

export type Study = z.infer<typeof StudySchema>;

/** @throws StudioError `recipe/study-invalid`, which names the field */
export function parseStudy(value: unknown): Study {
  if (isRecipe(value)) throw studyInvalid('this is a recipe, which is one run: a study has it as its base');
  const parsed = StudySchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = z.core.toDotPath(issue?.path ?? []);
    throw studyInvalid(`${field === '' ? 'the study' : field}: ${issue?.message ?? 'not as expected'}`);
  }
  const study = parsed.data;
  const fields = variedFields(study);
  if (fields.length === 0) throw studyInvalid('vary names no field');
  const { chooseFor, choose, search } = study;
  if (search.kind === 'asha' && (choose === undefined || chooseFor !== undefined))
    throw studyInvalid(
      'asha ends runs by one validation figure, which choose has to name, without chooseFor',
    );
  if (search.kind === 'folds' && choose !== undefined)
    throw studyInvalid('every fold is tested on, so choose does not go with folds');
  if (search.kind === 'folds' && fields.filter((field) => field === FOLD).length > 1)
    throw studyInvalid(`folds set ${FOLD}, which vary names too`);
  if (chooseFor !== undefined && choose === undefined) throw studyInvalid('chooseFor goes with choose');
  if (chooseFor !== undefined && !fields.includes(chooseFor))
    throw studyInvalid(`chooseFor names ${chooseFor}, which is not varied; there are ${fields.join(', ')}`);
  return study;
}

/** Whether it says what one run is, and nothing of many. */
const isRecipe = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'backbone' in value &&
  !('base' in value) &&
  !('vary' in value);

/** The field that says which fold tests. */
export const FOLD = 'split.fold';

/** The fields that a study varies, in the order of the file. */
export function variedFields({ vary, search }: Pick<Study, 'vary' | 'search'>): readonly string[] {
  const named = Array.isArray(vary)
    ? [...new Set(vary.flatMap((one) => Object.keys(one)))]
    : Object.keys(vary);
  return search.kind === 'folds' ? [...named, FOLD] : named;
}

/** What a run of a study has in each varied field. */
export type Combination = Readonly<Record<string, unknown>>;

export interface PlannedRun {
  /** Of its folder: its number in the study, and what it has in the varied fields. */
  readonly name: string;
  readonly values: Combination;
  readonly recipe: Recipe;
}

/** A study that cannot be carried out. */
export function studyInvalid(what: string): StudioError {
  return new StudioError({
    code: 'recipe/study-invalid',
    message: `A study was expected that can be carried out; ${what}.`,
    hint: 'A study has name, base (a recipe or its path) and vary (fields with their values); public/studies has some. Nothing was run.',
  });
}
