/** Owns a recipe as Python: the settings at the top of the program that carries it out in Keras, and what of it they leave out. */
import type { FullPhase, FullRecipe } from '../../../protocol/recipe/full-recipe.ts';
import type { ExportInput } from '../../exporter.ts';

/** Keras' own builders, by our names. */
const APPLICATIONS: Readonly<Record<string, string>> = {
  mobilenetv2: 'MobileNetV2',
  efficientnetb0: 'EfficientNetB0',
  efficientnetb2: 'EfficientNetB2',
  vgg16: 'VGG16',
};

const RESIZES = { lanczos: 'LANCZOS', bilinear: 'BILINEAR', area: 'BOX' } as const;

/** What cannot be carried out elsewhere as it was here, in the words of a clause; null where all can. */
export function reasonAgainst({ dataset, split, backbone, keep }: FullRecipe): string | null {
  if (APPLICATIONS[backbone.name] === undefined) return 'Keras has no such backbone';
  const isSet = (name: string, plain: unknown): boolean =>
    dataset[name] !== undefined && dataset[name] !== '' && dataset[name] !== plain;
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
export function augmentationsLeftOut({ augmentation }: FullRecipe): string[] {
  return ['pose', 'occlusion'].filter((name) => Number(augmentation[name] ?? 0) > 0);
}

/** The cell of settings. */
export function settingsOf(input: ExportInput, testRowsSha256: string | null): string {
  const { recipe, labels, preprocessing } = input;
  const { split, image, backbone, augmentation, classWeights } = recipe;
  const { name, weights, ...options } = backbone;
  const lines: [string, string][] = [
    ['LABELS', python(labels)],
    ['IMAGE_SIZE', python(image.size)],
    ['RESIZE', `Resampling.${RESIZES[image.resize]}`],
    ['VALIDATION, TEST, SPLIT_SEED', [split.validation, split.test, split.seed].map(python).join(', ')],
    ['TEST_ROWS_SHA256', python(testRowsSha256)],
    ['SEED', python(recipe.seed)],
    ['BATCH_SIZE', python(recipe.batchSize)],
    ['LABEL_SMOOTHING', python(recipe.labelSmoothing)],
    ['CLASS_WEIGHTS', python(classWeights)],
    ['APPLICATION', python(APPLICATIONS[name] ?? '')],
    ['OPTIONS', python(name === 'mobilenetv2' ? { alpha: options['alpha'] } : {})],
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
    ...augmentationLayers(augmentation).map((layer) => `    ${layer},`),
    ']',
    'PHASES = [',
    ...recipe.phases.flatMap((phase) => phaseLines(phase, recipe).map((line) => `    ${line}`)),
    ']',
  ].join('\n');
}

function augmentationLayers(augmentation: FullRecipe['augmentation']): string[] {
  const amount = (name: string): number => Number(augmentation[name] ?? 0);
  const degrees = amount('rotationDegrees');
  return [
    ...(augmentation['horizontalFlip'] === true ? ['layers.RandomFlip("horizontal")'] : []),
    ...(degrees > 0 ? [`layers.RandomRotation(${python(degrees)} / 360, fill_mode="reflect")`] : []),
    ...(amount('zoom') > 0 ? [`layers.RandomZoom(${python(amount('zoom'))}, fill_mode="reflect")`] : []),
    ...(amount('contrast') > 0
      ? [`layers.RandomContrast(${python(amount('contrast'))}, value_range=(0, 255))`]
      : []),
  ];
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
    `    "rate": lambda keras, steps: ${rateOf(phase)},`,
    `    "callbacks": lambda keras: [${callbacksOf(phase, recipe).join(', ')}],`,
    '},',
  ];
}

function optimizerOf({ optimizer, gradientClip }: FullPhase): string {
  const option = (name: string): string => python(optimizer[name]);
  const clip = gradientClip === null ? '' : `, global_clipnorm=${python(gradientClip)}`;
  if (optimizer.name === 'sgd')
    return `keras.optimizers.SGD(rate, momentum=${option('momentum')}, nesterov=${option('nesterov')}${clip})`;
  const moments = `beta_1=${option('beta1')}, beta_2=${option('beta2')}, epsilon=${option('epsilon')}`;
  return optimizer.name === 'adamw'
    ? `keras.optimizers.AdamW(rate, weight_decay=${option('weightDecay')}, ${moments}${clip})`
    : `keras.optimizers.Adam(rate, ${moments}${clip})`;
}

/** A number, or a schedule by the step. */
function rateOf({ schedule, learningRate, epochs }: FullPhase): string {
  const rate = python(learningRate);
  if (schedule.name !== 'cosine' && schedule.name !== 'warmUp') return rate;
  const climb = `round(${python(schedule['warmUpEpochs'])} * steps)`;
  const end = schedule.name === 'warmUp' ? '1.0' : python(schedule['end']);
  const isClimbing = Number(schedule['warmUpEpochs']) > 0;
  const warm = isClimbing ? `, warmup_target=${rate}, warmup_steps=${climb}` : '';
  return `keras.optimizers.schedules.CosineDecay(${isClimbing ? '0.0' : rate}, max(1, ${python(epochs)} * steps - ${climb}), alpha=${end}${warm})`;
}

function callbacksOf({ schedule }: FullPhase, { earlyStopping }: FullRecipe): string[] {
  const plateau =
    schedule.name === 'plateau'
      ? [
          `keras.callbacks.ReduceLROnPlateau("val_loss", factor=${python(schedule['factor'])}, patience=${python(schedule['patience'])}, min_lr=${python(schedule['lowest'])})`,
        ]
      : [];
  if (earlyStopping === null) return plateau;
  const { monitor, patience, restoreBest } = earlyStopping;
  const [name, mode] = monitor === 'valLoss' ? ['val_loss', 'min'] : ['val_accuracy', 'max'];
  return [
    ...plateau,
    `keras.callbacks.EarlyStopping("${name}", mode="${mode}", patience=${python(patience ?? 1_000_000)}, restore_best_weights=${python(restoreBest)})`,
  ];
}

/** A value of JSON as Python writes it. */
function python(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([name, each]) => `${python(name)}: ${python(each)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}
