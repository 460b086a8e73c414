/**
 * The recipe: one validated object that describes an experiment. The page, a link, the headless command and a
 * saved run all take it. Options of registry entries (sources, augmentations, backbones) are open here and are
 * checked against the entry's declared options by the engine.
 */
import { z } from 'zod';
import { StudioError } from './errors.ts';

// Zod compiles validators with `new Function` where it may; the page's Content-Security-Policy forbids it.
z.config({ jitless: true });

/** The value of an option that a registry entry declares. */
export const OptionValueSchema = z.union([z.string(), z.number(), z.boolean()]);
export type OptionValue = z.infer<typeof OptionValueSchema>;

const fraction = z.number().min(0).max(1);
const epochs = z.int().min(1).max(10_000);

const DatasetSchema = z.object({ source: z.string().min(1) }).catchall(OptionValueSchema);

const SplitSchema = z
  .strictObject({
    train: fraction,
    validation: fraction,
    test: fraction,
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1),
  })
  .refine((split) => Math.abs(split.train + split.validation + split.test - 1) < 1e-6, {
    message: 'train, validation and test must add up to 1',
  });

const ImageSchema = z.strictObject({
  size: z.int().min(32).max(1024),
  resize: z.enum(['lanczos', 'bilinear', 'area']),
});

const AugmentationSchema = z
  .object({ views: z.union([z.int().min(1).max(1000), z.literal('fresh')]) })
  .catchall(OptionValueSchema);

const BackboneSchema = z
  .object({
    name: z.string().min(1),
    weights: z.union([
      z.enum(['imagenet', 'starter', 'random']),
      z.strictObject({ file: z.string().min(1) }),
    ]),
  })
  .catchall(OptionValueSchema);

const PhaseCommon = {
  epochs,
  learningRate: z.number().gt(0).max(10),
};

const PhaseSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('head'), ...PhaseCommon }),
  z.strictObject({
    name: z.literal('fineTune'),
    ...PhaseCommon,
    unfreeze: z.int().min(1),
    batchNorm: z.enum(['inference', 'batch']),
  }),
]);

const EarlyStoppingSchema = z.strictObject({
  monitor: z.enum(['valLoss', 'valAccuracy']),
  patience: z.int().min(1),
  restoreBest: z.boolean(),
});

/** The shape of a recipe; {@link parseRecipe} is the way to use it. */
export const RecipeSchema = z.strictObject({
  /** What a list of recipes calls this one. */
  name: z.string().optional(),
  dataset: DatasetSchema,
  split: SplitSchema,
  image: ImageSchema,
  augmentation: AugmentationSchema,
  backbone: BackboneSchema,
  head: z.strictObject({ dropout: z.number().min(0).lt(1) }),
  batchSize: z.int().min(1).max(4096),
  phases: z.array(PhaseSchema).min(1).max(10),
  earlyStopping: EarlyStoppingSchema.nullable(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
});

export type Recipe = z.infer<typeof RecipeSchema>;
export type Phase = Recipe['phases'][number];
export type PhaseName = Phase['name'];
export type BatchNormMode = Extract<Phase, { name: 'fineTune' }>['batchNorm'];
export type ResizeMethod = Recipe['image']['resize'];

/**
 * Checks a value from outside and returns it as a recipe.
 *
 * @throws StudioError `recipe/invalid`, which names the first field that is wrong, what it takes and what came.
 */
export function parseRecipe(value: unknown): Recipe {
  const parsed = RecipeSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'the recipe' : fieldName(issue.path);
  throw new StudioError({
    code: 'recipe/invalid',
    message: `Recipe field ${field}: ${issue?.message ?? 'not valid'}. Came: ${show(valueAt(value, issue?.path ?? []))}.`,
    hint: 'Correct that field, or start from one of the preset recipes; the README lists every field.',
  });
}

/** `phases[1].epochs` from `['phases', 1, 'epochs']`. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) =>
      typeof key === 'number' ? `${name}[${key}]` : name === '' ? String(key) : `${name}.${String(key)}`,
    '',
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
