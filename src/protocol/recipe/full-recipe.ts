/**
 * Fills in what a recipe leaves to the entries of the registries: their options' defaults, and what belongs to one
 * network. Engine and page do it alike, from the entries as plain data; a run's record holds the outcome.
 */
import type { BackboneEntry, Catalog, CatalogEntry, OptionSpec, WeightsKind } from '../catalog.ts';
import { StudioError } from '../errors.ts';
import { checkOptions, findKind, type Options } from './options.ts';
import { isOnBatch, NEEDS_VALIDATION, type Phase, type Recipe } from './recipe.ts';
import type { WeightsFile, WeightsRun } from './own-weights.ts';

/** What a recipe is held against. */
export type Entries = Pick<Catalog, 'sources' | 'backbones' | 'augmentations' | 'optimizers' | 'schedules'>;

/** One kind of weights, a file of them, or the network of a kept run. */
export type Weights = WeightsKind | WeightsFile | WeightsRun;

/** A backbone with all its options. */
export type FullBackbone = Recipe['backbone'] & { readonly weights: Weights };

type Filled<Field extends 'optimizer' | 'schedule' | 'unfreeze', From> = From & {
  readonly [Name in Field & keyof From]-?: Exclude<From[Name], undefined>;
};

/** A phase that leaves nothing open. */
export type FullPhase =
  | Filled<'optimizer' | 'schedule', Extract<Phase, { name: 'head' }>>
  | Filled<'optimizer' | 'schedule' | 'unfreeze', Extract<Phase, { name: 'fineTune' }>>;

/** A recipe that leaves nothing open: filled in again, it stays as it is. */
export type FullRecipe = Omit<Recipe, 'backbone' | 'phases'> & {
  readonly backbone: FullBackbone;
  readonly phases: FullPhase[];
};

/**
 * Checks a recipe against the entries and fills in what it leaves out.
 *
 * @throws StudioError `recipe/…`, which names the field
 */
export function fullRecipe(recipe: Recipe, entries: Entries): FullRecipe {
  const { backbones, optimizers, schedules } = entries;
  const backbone = fullBackbone(recipe.backbone, backbones, isOnBatch(recipe));
  const { unfreeze } = entryOf(backbone.name, backbones);
  return {
    ...recipe,
    dataset: fullDataset(recipe.dataset, entries.sources),
    augmentation: {
      ...recipe.augmentation,
      ...augmentationOptions(recipe.augmentation, entries.augmentations),
    },
    backbone,
    phases: recipe.phases.map((phase, index) => {
      const field = `phases[${index.toString()}]`;
      const named = {
        optimizer: fullNamed(phase.optimizer, optimizers, `${field}.optimizer`),
        schedule: fullNamed(phase.schedule, schedules, `${field}.schedule`),
      };
      checkSchedule(named.schedule.name, `${field}.schedule`, recipe, schedules);
      if (phase.name === 'head') return { ...phase, ...named };
      return { ...phase, ...named, unfreeze: phase.unfreeze ?? unfreeze };
    }),
  };
}

/** The same; null where there is no recipe, nothing to hold it against, or it does not fit, which the engine says. */
export function fullOrNull(recipe: Recipe | null, entries: Entries | null): FullRecipe | null {
  if (recipe === null || entries === null) return null;
  try {
    return fullRecipe(recipe, entries);
  } catch (error) {
    if (error instanceof StudioError) return null;
    throw error;
  }
}

/**
 * What the registries say of an edit, before it is taken; a recipe that does not hold already may be mended in steps.
 *
 * @throws StudioError `recipe/…`
 */
export function checkEdit(before: Recipe, next: Recipe, entries: Entries): void {
  if (fullOrNull(before, entries) !== null) fullRecipe(next, entries);
}

/**
 * A recipe's set with all its options.
 *
 * @throws StudioError `recipe/unknown-source`, `recipe/unknown-option`, `recipe/invalid`
 */
export function fullDataset(dataset: Recipe['dataset'], sources: Entries['sources']): Recipe['dataset'] {
  const { source, edits } = dataset;
  const { entry } = findKind(sources.map(kindOf), source, 'dataset.source', 'recipe/unknown-source');
  return Object.assign({ source }, datasetOptions(dataset, entry), edits && { edits });
}

/** A set's options, checked and complete. @throws StudioError `recipe/unknown-option`, `recipe/invalid` */
export function datasetOptions(dataset: Recipe['dataset'], { name, options }: CatalogEntry): Options {
  return checkOptions(
    { field: 'dataset', entry: `the source ${name}`, ownKeys: ['source', 'edits'] },
    options,
    dataset,
  );
}

/** All augmentations' options, checked and complete. @throws StudioError `recipe/unknown-option`, `recipe/invalid` */
export function augmentationOptions(
  augmentation: Recipe['augmentation'],
  augmentations: readonly CatalogEntry[],
): Options {
  const specs = augmentations.flatMap(({ options }) => options);
  return checkOptions({ field: 'augmentation', entry: 'it', ownKeys: ['views'] }, specs, augmentation);
}

/**
 * A recipe's backbone with its weights and all its options. Of a list of weights, the first is taken that there is for
 * the network; left out, the first of all. An option that is left out has the value that the weights were made for,
 * else the one that its entry gives it, which may be another where a phase runs BatchNorm on the batch.
 *
 * @throws StudioError `recipe/unknown-backbone`, `recipe/unknown-option`, `recipe/invalid`
 */
export function fullBackbone(
  backbone: Recipe['backbone'],
  backbones: readonly BackboneEntry[],
  onBatch: boolean,
): FullBackbone {
  const entry = entryOf(backbone.name, backbones);
  const weights = weightsOf(backbone, entry);
  const made = typeof weights === 'string' ? (entry.madeFor?.[weights] ?? {}) : {};
  const specs = entry.options.map((spec) => withDefault(spec, made[spec.name], onBatch));
  return Object.assign({}, backbone, backboneOptions(backbone, { ...entry, options: specs }), { weights });
}

/** A backbone's options, checked and complete. @throws StudioError `recipe/unknown-option`, `recipe/invalid` */
export function backboneOptions(backbone: Recipe['backbone'], { name, options }: CatalogEntry): Options {
  return checkOptions({ field: 'backbone', entry: name, ownKeys: ['name', 'weights'] }, options, backbone);
}

/**
 * A named entry with all its options; the first of all where none is named.
 *
 * @param field for example `phases[0].optimizer`
 * @throws StudioError `recipe/unknown-option`, `recipe/invalid`
 */
export function fullNamed(
  given: Phase['optimizer'],
  entries: readonly CatalogEntry[],
  field: string,
): NonNullable<Phase['optimizer']> {
  const name = given?.name ?? entries[0]?.name ?? '';
  const { options } = findKind(entries.map(kindOf), name, `${field}.name`).entry;
  return { name, ...checkOptions({ field, entry: name, ownKeys: ['name'] }, options, given ?? {}) };
}

/** A schedule that goes by validation wants a split that keeps pictures for it. */
function checkSchedule(
  name: string,
  field: string,
  { split }: Recipe,
  schedules: Entries['schedules'],
): void {
  const entry = schedules.find((each) => each.name === name);
  if (split.validation > 0 || entry?.goesByValidation !== true) return;
  throw new StudioError({
    code: 'recipe/invalid',
    message: `Recipe field ${field}: ${NEEDS_VALIDATION}. Came: ${JSON.stringify(name)}.`,
    hint: 'Take another schedule, or let the split keep pictures for validation.',
  });
}

const kindOf = <Entry extends CatalogEntry>(entry: Entry): { readonly entry: Entry } => ({ entry });

function entryOf(name: string, backbones: readonly BackboneEntry[]): BackboneEntry {
  return findKind(backbones.map(kindOf), name, 'backbone.name', 'recipe/unknown-backbone').entry;
}

function weightsOf({ weights }: Recipe['backbone'], entry: BackboneEntry): Weights {
  if (weights !== undefined && typeof weights !== 'string' && !Array.isArray(weights)) return weights;
  const wanted = weights === undefined ? entry.weights : [weights].flat();
  const found = wanted.find((kind) => entry.weights.includes(kind));
  if (found !== undefined) return found;
  throw new StudioError({
    code: 'recipe/invalid',
    message: `Recipe field backbone.weights: expected one of ${entry.weights.join(', ')}, a file or a kept run, for ${entry.name}. Came: ${JSON.stringify(weights)}.`,
    hint: 'Take other weights, or take the field out to get the first of these.',
  });
}

function withDefault(spec: OptionSpec, made: unknown, onBatch: boolean): OptionSpec {
  if (spec.kind !== 'number') return spec;
  const usual = (onBatch ? spec.defaultOnBatch : undefined) ?? spec.default;
  return { ...spec, default: typeof made === 'number' ? made : usual };
}
