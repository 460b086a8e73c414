/**
 * The recipe: one validated object that describes an experiment. The page, a link, the headless command and a
 * saved run all take it. Options of registry entries (sources, augmentations, backbones) are open here;
 * `full-recipe.ts` holds them against what the entries declare, and fills in what belongs to one network.
 */
// Zod's small build: the same checks, two thirds less for the page to load.
import * as z from 'zod/mini';
import { StudioError } from '../errors.ts';
import { cameAt, pathOfIssue, reasonOf } from './field-words.ts';
import { means, number, seed, share, text, waysOfRun, whole } from './schema.ts';
import { WeightsFileSchema, WeightsKindSchema, WeightsRunSchema } from './own-weights.ts';

/** The value of an option that a registry entry declares. */
export const OptionValueSchema = z.union([z.string(), z.number(), z.boolean()]);
export type OptionValue = z.infer<typeof OptionValueSchema>;

/** Which list of edits: its hash and how many it has. The list itself travels as a file, see `edits.ts`. */
const EditsRefSchema = z.strictObject({ hash: text(), count: whole(1, 1_000_000) });
export type EditsRef = z.infer<typeof EditsRefSchema>;

const DatasetSchema = z.catchall(
  z.object({
    source: means('where the pictures come from; that source’s options stand beside it', text()),
    edits: means(
      'what you changed in the set (classes renamed or left out, pictures relabelled, left out or added), named by the `hash` and `count` of the list; the list itself travels as a file',
      z.optional(EditsRefSchema),
    ),
  }),
  OptionValueSchema,
);

const SplitSchema = z
  .strictObject({
    train: means('share of the pictures that train', z._default(share(), 0.6)),
    validation: means(
      'share that each epoch is checked on; 0 for none: the last epoch is kept, and nothing is known of how good it is on others before the test',
      z._default(share(), 0.2),
    ),
    test: means('share that the network is tested on at the end; 0 for no test', z._default(share(), 0.2)),
    seed: means(
      'picks the rows, as scikit-learn’s `train_test_split(stratify=y, random_state=seed)` does',
      z._default(seed(), 42),
    ),
    fold: means(
      'tests on the `number`-th of `of` stratified folds in place of a share, as scikit-learn’s `StratifiedKFold(of, shuffle=True, random_state=seed)` has them; `train` and `validation` share the rest',
      z.optional(z.strictObject({ of: whole(2, 100), number: whole(1, 100) })),
    ),
    trainShare: means(
      'how much of the training part trains, of each class alike: what a smaller share takes a larger one takes too',
      z._default(z.number().check(z.gt(0), z.maximum(1)), 1),
    ),
  })
  .check(
    z.refine(({ fold }) => fold === undefined || fold.number <= fold.of, {
      message: 'the number of a fold is at most how many there are',
      path: ['fold', 'number'],
    }),
    z.refine(({ fold, train }) => fold === undefined || train > 0, {
      message: 'folds share what they leave by train and validation, so train has to be above 0',
      path: ['train'],
    }),
    z.refine((split) => Math.abs(split.train + split.validation + split.test - 1) < 1e-6, {
      message: 'train, validation and test must add up to 1',
    }),
  );

const ImageSchema = z.strictObject({
  size: means('side in pixels', z._default(whole(32, 1024), 224)),
  resize: means(
    'how pictures are brought to size, as Pillow does it',
    z._default(z.enum(['lanczos', 'bilinear', 'area']), 'lanczos'),
  ),
  orientation: means(
    'how pictures are turned: as their Exif note says, as `datasets` and phones show them, or as they are stored, as Pillow opens them; the page takes `exif` for folders, zips and the camera',
    z._default(z.enum(['exif', 'stored']), 'stored'),
  ),
  crop: means(
    'whether pictures are taken whole (`none`) or cut to the largest face in them (`face`), which BlazeFace finds; whatever the network meets later is cut in the same way',
    z._default(z.enum(['none', 'face']), 'none'),
  ),
  cropMargin: means(
    'room that is left around a face on each side, as a share of its longer one',
    z._default(number(0, 2), 0.25),
  ),
  withoutFace: means(
    'what becomes of pictures of the set in which no face is found, where pictures are cut to faces: they are taken `whole`, or left out (`leaveOut`)',
    z._default(z.enum(['whole', 'leaveOut']), 'whole'),
  ),
  scale: means(
    'which numbers pictures become: those that the backbone’s weights were trained on, or x / 255 into the network as Keras builds it with `include_top=False`, as the paper’s text has it (EfficientNet still rescales inside, VGG gets RGB without mean)',
    z._default(z.enum(['backbone', 'unit']), 'backbone'),
  ),
});

const AugmentationSchema = z.catchall(
  z.object({
    views: means(
      'versions of each picture that are made and kept, or `"fresh"` for new ones in every epoch, as in Keras; the augmentations stand beside it',
      z._default(z.union([whole(1, 1000), z.literal('fresh')]), 1),
    ),
  }),
  OptionValueSchema,
);

const BackboneSchema = z.catchall(
  z.object({
    name: means('the pretrained network; its options stand beside it', text()),
    weights: means(
      'what it begins with; of a list the first that there is for the network; a file is a path of a file or a folder, or an address that begins with `https://`; beside it `member` names one of several in a zip or a folder, and `preprocessing` what pictures become where the file does not say it (`tf`, `torch`, `caffe` as in Keras, `unit` for x / 255, `none`); `{ "run": … }` trains on from the network of a kept run, by its id: with its head where the classes are the same, else with a new one',
      z.optional(
        z.union([
          WeightsKindSchema,
          z.array(WeightsKindSchema).check(z.minLength(1)),
          WeightsFileSchema,
          WeightsRunSchema,
        ]),
      ),
    ),
  }),
  OptionValueSchema,
);

/** An entry of a registry with its options, which are held against what the entry declares. */
const NamedSchema = z.catchall(z.object({ name: text() }), OptionValueSchema);

const phaseFields = () => ({
  epochs: means('rounds through the training pictures, at most', whole(1, 10_000)),
  learningRate: means('size of the steps', z.number().check(z.gt(0), z.maximum(10))),
  optimizer: means(
    'how gradients become steps: a `name` and that optimizer’s options',
    z.optional(NamedSchema),
  ),
  schedule: means(
    'how the learning rate goes through the phase: a `name` and that schedule’s options',
    z.optional(NamedSchema),
  ),
  gradientClip: means(
    'the longest that all gradients of a step together may be, as Keras’ `global_clipnorm`; `null` cuts nothing',
    z._default(z.nullable(z.number().check(z.gt(0), z.maximum(1e6))), null),
  ),
});

const phaseName = <Name extends 'head' | 'fineTune'>(name: Name) =>
  means('`head` trains the head alone, `fineTune` also the last layers of the backbone', z.literal(name));

const PhaseSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: phaseName('head'), ...phaseFields() }),
  z.strictObject({
    name: phaseName('fineTune'),
    ...phaseFields(),
    unfreeze: means(
      'how many of the backbone’s last layers train, up to all of them',
      z.optional(z.union([whole(0, 10_000), z.literal('all')])),
    ),
    batchNorm: means(
      'what unfrozen BatchNorms go by: their averages (`inference`, what `training=False` means) or each batch, moving the averages (`batch`, what `fit` makes of it)',
      z._default(z.enum(['inference', 'batch']), 'inference'),
    ),
  }),
]);

const EarlyStoppingSchema = z.strictObject({
  monitor: means(
    'what tells a better epoch, on the validation pictures',
    z._default(z.enum(['valLoss', 'valAccuracy']), 'valLoss'),
  ),
  patience: means(
    'epochs without a better one that end a phase; left out, none do',
    z.optional(whole(1, 10_000)),
  ),
  restoreBest: means(
    'whether a phase ends with the weights of its best epoch, or of its last',
    z._default(z.boolean(), false),
  ),
});

/** What goes by validation pictures, where the split is to keep none: see `phases[].schedule` in `full-recipe.ts` too. */
export const NEEDS_VALIDATION =
  'goes by validation pictures, of which the split keeps none; do without it, or give split.validation a share';

/** The shape of a recipe; {@link parseRecipe} is the way to use it. What is left out gets the default that stands here. */
export const RecipeSchema = z
  .strictObject({
    name: means('what a list of recipes calls this one', z.optional(z.string())),
    dataset: DatasetSchema,
    split: z.prefault(SplitSchema, {}),
    image: z.prefault(ImageSchema, {}),
    augmentation: z.prefault(AugmentationSchema, {}),
    backbone: BackboneSchema,
    head: z.prefault(
      z.strictObject({
        dropout: means(
          'share of the pooled features that each step drops',
          z._default(z.number().check(z.minimum(0), z.lt(1)), 0.2),
        ),
        hidden: means(
          'dense layers with ReLU between the pooled features and the classes, by how many values each gives: `[100]` is Teachable Machine’s head, `[]` none',
          z._default(z.array(whole(1, 8192)).check(z.maxLength(4)), []),
        ),
      }),
      {},
    ),
    batchSize: means('pictures in one step', z._default(whole(1, 4096), 32)),
    phases: z.array(PhaseSchema).check(z.minLength(1), z.maxLength(10)),
    earlyStopping: means(
      '`null` trains all epochs and keeps the last, as Keras without the callback',
      z._default(z.nullable(EarlyStoppingSchema), null),
    ),
    keep: means(
      'whose network the run ends with: that of the last phase, as in Keras, or of the phase that was best by what `earlyStopping` monitors, which is decided before the test',
      z._default(z.enum(['lastPhase', 'bestPhase']), 'lastPhase'),
    ),
    labelSmoothing: means(
      'share of each label that is spread over all classes in training, as Keras’ `label_smoothing`',
      z._default(z.number().check(z.minimum(0), z.lt(1)), 0),
    ),
    classWeights: means(
      'factors on the losses of classes in training: `{ "fear": 2 }`, or by how rare each class is; `null` counts all alike',
      z._default(z.nullable(z.union([z.literal('balanced'), z.record(text(), number(0, 1000))])), null),
    ),
    cache: means(
      'how precisely the output of the frozen part is taken, wherever it is kept: `float16` keeps 11 bits of each value, in half the room',
      z._default(z.enum(['float32', 'float16']), 'float32'),
    ),
    simd: means(
      'how wasm adds products: rounded first, the same on every machine (`plain`), or as the machine does it (`relaxed`), often faster, but last digits differ between machines; noted in the run’s record',
      z._default(z.enum(['plain', 'relaxed']), 'plain'),
    ),
    gpuKernels: means(
      'which of several ways matrix products take on WebGPU, which differ in speed and last digits: the fastest as `measured` on the device (half a second, once), or those of a `table`, the same on every device; `auto` measures on graphics cards and takes the table in software; a recipe that was opened from a run has the `ways` of that run and what tells `on` which device and by which programs, where they hold',
      z._default(z.union([z.enum(['auto', 'measured', 'table']), waysOfRun()]), 'auto'),
    ),
    gpuActivations: means(
      'how WebGPU stores what the trainable part computes from layer to layer while it learns: in 32 bits, or as halves (`float16`), which keep 11 bits of each value in half the room, up to 65,504; sums are of 32 bits either way, and so is all that is asked of a network',
      z._default(z.enum(['float32', 'float16']), 'float32'),
    ),
    seed: means('of everything drawn by chance in training', z._default(seed(), 42)),
  })
  .check(
    z.refine(({ split, keep }) => split.validation > 0 || keep === 'lastPhase', {
      message: NEEDS_VALIDATION,
      path: ['keep'],
    }),
    z.refine(({ split, earlyStopping }) => split.validation > 0 || earlyStopping === null, {
      message: NEEDS_VALIDATION,
      path: ['earlyStopping'],
    }),
  );

/** A recipe as it is written: what has a default may be left out. */
export type WrittenRecipe = z.input<typeof RecipeSchema>;
export type Recipe = z.infer<typeof RecipeSchema>;
export type Phase = Recipe['phases'][number];
export type PhaseName = Phase['name'];
export type CachePrecision = Recipe['cache'];
export type Simd = Recipe['simd'];
export type ResizeMethod = Recipe['image']['resize'];
export type Orientation = Recipe['image']['orientation'];

/**
 * Checks a value from outside and returns it as a recipe.
 *
 * @throws StudioError `recipe/invalid`, which names the first field that is wrong, what it takes and what came.
 */
export function parseRecipe(value: unknown): Recipe {
  const parsed = RecipeSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue === undefined ? [] : pathOfIssue(issue);
  const field = path.length === 0 ? 'the recipe' : fieldName(path);
  const reason = issue === undefined ? 'not valid' : reasonOf(issue, RecipeSchema);
  throw new StudioError({
    code: 'recipe/invalid',
    message: `Recipe field ${field}: ${reason}. Came: ${cameAt(value, path)}.`,
    hint: 'Correct that field, or start from one of the preset recipes; the README lists every field.',
  });
}

/** Whether phases end with the weights of their best epoch, not of their last. */
export function restoresBest({ earlyStopping }: Pick<Recipe, 'earlyStopping'>): boolean {
  return earlyStopping?.restoreBest === true;
}

/** Whether a phase runs BatchNorm on the batch: as `fit` does, which then trains in other ways too. */
export function isOnBatch({ phases }: Pick<Recipe, 'phases'>): boolean {
  return phases.some((phase) => phase.name === 'fineTune' && phase.batchNorm === 'batch');
}

/** `phases[1].epochs` from `['phases', 1, 'epochs']`. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) =>
      typeof key === 'number' ? `${name}[${key}]` : name === '' ? String(key) : `${name}.${String(key)}`,
    '',
  );
}
