/** Owns a recipe as Python: the settings at the top of the program that carries it out in Keras, and what of it they leave out. */
import { augmentations } from '../../../data/augmentations/registry.ts';
import { python } from '../../../lib/python.ts';
import { findBackbone } from '../../../models/backbones/registry.ts';
import type { FullPhase, FullRecipe } from '../../../protocol/recipe/full-recipe.ts';
import { findKind } from '../../../protocol/recipe/options.ts';
import { OPTIMIZERS } from '../../../training/optimizers/registry.ts';
import { SCHEDULES } from '../../../training/schedules/registry.ts';
import type { KerasSchedule } from '../../../training/schedules/schedule.ts';
import type { ExportInput } from '../../exporter.ts';

const RESIZES = { lanczos: 'LANCZOS', bilinear: 'BILINEAR', area: 'BOX' } as const;

/** What cannot be carried out elsewhere as it was here, in the words of a clause; null where all can. */
export function reasonAgainst({ dataset, split, image, backbone, keep }: FullRecipe): string | null {
  if (findBackbone(backbone.name).keras === null) return 'Keras has no such backbone';
  if (image.crop === 'face')
    return 'the recipe cuts pictures to faces (`image.crop`), and the set saved as Parquet holds them whole; where you cut them there yourself, open that file in Mien, train with `image.crop` `none`, and export that run, which brings the program along';
  const isSet = (name: string, plain: unknown): boolean =>
    dataset[name] !== undefined && dataset[name] !== '' && dataset[name] !== plain;
  if (dataset.edits !== undefined)
    return 'the set was edited in Mien, and the set saved as Parquet is as it came, without the edits';
  if (isSet('duplicates', 'keep') || isSet('nearDuplicates', 'keep'))
    return 'the recipe deals with copies of pictures';
  if (isSet('leastPictures', 0)) return 'the recipe leaves small classes out';
  if (isSet('groupColumn', '') || isSet('splitColumn', ''))
    return 'the set is split by groups, or brings its own split';
  if (split.fold !== undefined) return 'the split tests on a fold';
  if (split.trainShare < 1) return 'a share of the training part trains, which Mien draws in its own way';
  if (split.test === 0) return 'the split keeps no pictures for a test';
  if (keep === 'bestPhase') return 'the recipe keeps the network of its best phase';
  if (split.validation === 0) return 'the split keeps no pictures for validation';
  return null;
}

/** Of what is changed by chance: what has no layer in Keras. */
export function augmentationsLeftOut(recipe: FullRecipe): string[] {
  return drawn(recipe).flatMap(({ entry, keras }) => (keras === null ? [entry.name] : []));
}

/** Augmentations that change pictures. */
const drawn = ({ augmentation }: FullRecipe): (typeof augmentations)[number][] =>
  augmentations.filter(({ entry }) =>
    entry.options.some((option) => augmentation[option.name] !== option.default),
  );

/** The cell of settings. */
export function settingsOf(input: ExportInput, testRowsSha256: string | null): string {
  const { recipe, labels, preprocessing } = input;
  const { split, image, backbone, classWeights } = recipe;
  const { name, weights } = backbone;
  const { keras } = findBackbone(name);
  const options = keras?.options.map((option) => [option, backbone[option]] as const) ?? [];
  const lines: [string, string][] = [
    ['LABELS', python(labels)],
    ['IMAGE_SIZE', python(image.size)],
    ['RESIZE', `Resampling.${RESIZES[image.resize]}`],
    ['TURNED', python(image.orientation === 'exif')],
    ['VALIDATION, TEST, SPLIT_SEED', [split.validation, split.test, split.seed].map(python).join(', ')],
    ['TEST_ROWS_SHA256', python(testRowsSha256)],
    ['SEED', python(recipe.seed)],
    ['BATCH_SIZE', python(recipe.batchSize)],
    ['LABEL_SMOOTHING', python(recipe.labelSmoothing)],
    ['CLASS_WEIGHTS', python(classWeights)],
    ['APPLICATION', python(keras?.name)],
    ['OPTIONS', python(Object.fromEntries(options))],
    ['CHANNELS', python(preprocessing.order)],
  ];
  const start = typeof weights === 'string' && weights !== 'starter' ? weights : 'exported';
  return [
    'from PIL.Image import Resampling',
    '',
    '# exported: go on from the trained network; imagenet: begin as the recipe does there; random: from nothing.',
    `START = START or ${python(start)}`,
    ...lines.map(([left, right]) => `${left} = ${right}`),
    'AUGMENTATION = lambda layers: [',
    ...augmentationLayers(recipe).map((layer) => `    ${layer},`),
    ']',
    'PHASES = [',
    ...recipe.phases.flatMap((phase) => phaseLines(phase, recipe).map((line) => `    ${line}`)),
    ']',
  ].join('\n');
}

function augmentationLayers(recipe: FullRecipe): string[] {
  return drawn(recipe).flatMap(({ keras }) => {
    if (keras === null) return [];
    const { name, given } = keras(recipe.augmentation);
    return [`layers.${name}(${given.join(', ')})`];
  });
}

function phaseLines(phase: FullPhase, recipe: FullRecipe): string[] {
  const isHead = phase.name === 'head';
  const plain = {
    name: phase.name,
    epochs: phase.epochs,
    unfreeze: isHead ? 0 : phase.unfreeze,
    batchNorm: isHead ? 'inference' : phase.batchNorm,
  };
  return [
    '{',
    ...Object.entries(plain).map(([name, value]) => `    ${python(name)}: ${python(value)},`),
    `    "optimizer": lambda keras, rate: ${optimizerOf(phase)},`,
    `    "rate": lambda keras, steps: ${scheduleOf(phase).rate},`,
    `    "callbacks": lambda keras: [${callbacksOf(phase, recipe).join(', ')}],`,
    '},',
  ];
}

function optimizerOf({ optimizer, gradientClip }: FullPhase): string {
  const { name, given } = findKind(OPTIMIZERS, optimizer.name, 'optimizer').keras(optimizer);
  const clip = gradientClip === null ? [] : [`global_clipnorm=${python(gradientClip)}`];
  return `keras.optimizers.${name}(${['rate', ...given, ...clip].join(', ')})`;
}

const scheduleOf = (phase: FullPhase): KerasSchedule =>
  findKind(SCHEDULES, phase.schedule.name, 'schedule').keras(phase.schedule, phase);

function callbacksOf(phase: FullPhase, { earlyStopping }: FullRecipe): string[] {
  const { callback } = scheduleOf(phase);
  const bySchedule = callback === null ? [] : [callback];
  if (earlyStopping === null) return bySchedule;
  const { monitor, patience, restoreBest } = earlyStopping;
  const [name, mode] = monitor === 'valLoss' ? ['val_loss', 'min'] : ['val_accuracy', 'max'];
  return [
    ...bySchedule,
    `keras.callbacks.EarlyStopping("${name}", mode="${mode}", patience=${python(patience ?? 1_000_000)}, restore_best_weights=${python(restoreBest)})`,
  ];
}
