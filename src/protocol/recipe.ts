/**
 * The recipe: one validated object that describes an experiment. The page, a link, the headless command and a
 * saved run all take it. Options of registry entries (sources, augmentations, backbones) are open here and are
 * checked against the entry's declared options by the engine.
 */
// Zod's small build: the same checks, two thirds less for the page to load.
import * as z from 'zod/mini';
import { StudioError } from './errors.ts';

// Zod compiles validators with `new Function` where it may; the page's Content-Security-Policy forbids it.
z.config({ jitless: true, ...z.locales.en() });

/** The value of an option that a registry entry declares. */
export const OptionValueSchema = z.union([z.string(), z.number(), z.boolean()]);
export type OptionValue = z.infer<typeof OptionValueSchema>;

const number = (low: number, high: number) => z.number().check(z.minimum(low), z.maximum(high));
const whole = (low: number, high: number) => z.int().check(z.minimum(low), z.maximum(high));
const text = z.string().check(z.minLength(1));
const share = number(0, 1);
const seed = whole(0, 2 ** 32 - 1);

const DatasetSchema = z.catchall(z.object({ source: text }), OptionValueSchema);

const SplitSchema = z.strictObject({ train: share, validation: share, test: share, seed }).check(
  z.refine((split) => Math.abs(split.train + split.validation + split.test - 1) < 1e-6, {
    message: 'train, validation and test must add up to 1',
  }),
);

const ImageSchema = z.strictObject({
  size: whole(32, 1024),
  resize: z.enum(['lanczos', 'bilinear', 'area']),
});

const AugmentationSchema = z.catchall(
  z.object({ views: z.union([whole(1, 1000), z.literal('fresh')]) }),
  OptionValueSchema,
);

const BackboneSchema = z.catchall(
  z.object({
    name: text,
    weights: z.union([z.enum(['imagenet', 'starter', 'random']), z.strictObject({ file: text })]),
  }),
  OptionValueSchema,
);

/** An entry of a registry with its options, which are held against what the entry declares. */
const NamedSchema = z.catchall(z.object({ name: text }), OptionValueSchema);

const PhaseCommon = {
  epochs: whole(1, 10_000),
  learningRate: z.number().check(z.gt(0), z.maximum(10)),
  /** Adam with Keras' defaults when left out. */
  optimizer: z.optional(NamedSchema),
  /** How the learning rate goes through the phase; constant when left out. */
  schedule: z.optional(NamedSchema),
  /** The longest that all gradients of a step together may be (Keras' `global_clipnorm`). */
  gradientClip: z.optional(z.number().check(z.gt(0), z.maximum(1e6))),
};

const PhaseSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('head'), ...PhaseCommon }),
  z.strictObject({
    name: z.literal('fineTune'),
    ...PhaseCommon,
    unfreeze: whole(1, 10_000),
    batchNorm: z.enum(['inference', 'batch']),
  }),
]);

const EarlyStoppingSchema = z.strictObject({
  monitor: z.enum(['valLoss', 'valAccuracy']),
  patience: whole(1, 10_000),
  restoreBest: z.boolean(),
});

/** The shape of a recipe; {@link parseRecipe} is the way to use it. */
export const RecipeSchema = z.strictObject({
  /** What a list of recipes calls this one. */
  name: z.optional(z.string()),
  dataset: DatasetSchema,
  split: SplitSchema,
  image: ImageSchema,
  augmentation: AugmentationSchema,
  backbone: BackboneSchema,
  head: z.strictObject({ dropout: z.number().check(z.minimum(0), z.lt(1)) }),
  batchSize: whole(1, 4096),
  phases: z.array(PhaseSchema).check(z.minLength(1), z.maxLength(10)),
  earlyStopping: z.nullable(EarlyStoppingSchema),
  /** Share of each label that is spread over all classes (Keras' `label_smoothing`). */
  labelSmoothing: z.optional(z.number().check(z.minimum(0), z.lt(1))),
  /** Factors on the losses of classes in training, by label (Keras' `class_weight`), or by how rare each is. */
  classWeights: z.optional(z.union([z.literal('balanced'), z.record(text, number(0, 1000))])),
  /**
   * How precisely the output of the frozen part is taken: float16 keeps 11 bits of each value, in half the room. It is
   * the same wherever the output is kept, and where it is computed anew.
   */
  cache: z._default(z.enum(['float32', 'float16']), 'float32'),
  seed,
});

export type Recipe = z.infer<typeof RecipeSchema>;
export type Phase = Recipe['phases'][number];
export type PhaseName = Phase['name'];
export type CachePrecision = Recipe['cache'];
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
