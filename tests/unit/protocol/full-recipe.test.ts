/** What is left out of a recipe: the schema's defaults, the registries' options, and what belongs to one network. */
import { describe, expect, it } from 'vitest';
import { ENTRIES } from '../../../src/engine/catalog.ts';
import { fullRecipe, type FullRecipe } from '../../../src/protocol/recipe/full-recipe.ts';
import { parseRecipe, restoresBest, type WrittenRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { errorOf } from '../data/studio-error.ts';

const HEAD = { name: 'head', epochs: 1, learningRate: 0.001 } as const;
const FINE_TUNE = { name: 'fineTune', epochs: 1, learningRate: 0.001 } as const;

const smallest = (changes: Partial<WrittenRecipe> = {}): WrittenRecipe => ({
  dataset: { source: 'sample' },
  backbone: { name: 'mobilenetv2' },
  phases: [HEAD, FINE_TUNE],
  ...changes,
});

const full = (changes: Partial<WrittenRecipe> = {}): FullRecipe =>
  fullRecipe(parseRecipe(smallest(changes)), ENTRIES);

describe('the smallest recipe', () => {
  it('is filled in from the schema', () => {
    expect(parseRecipe(smallest())).toEqual({
      dataset: { source: 'sample' },
      split: { train: 0.6, validation: 0.2, test: 0.2, seed: 42, trainShare: 1 },
      image: {
        ...{ size: 224, resize: 'lanczos', orientation: 'stored', scale: 'backbone' },
        ...{ crop: 'none', cropMargin: 0.25, withoutFace: 'whole' },
      },
      augmentation: { views: 1 },
      backbone: { name: 'mobilenetv2' },
      head: { dropout: 0.2, hidden: [] },
      batchSize: 32,
      cache: 'float32',
      simd: 'plain',
      gpuKernels: 'auto',
      gpuActivations: 'float32',
      phases: [
        { ...HEAD, gradientClip: null },
        { ...FINE_TUNE, gradientClip: null, batchNorm: 'inference' },
      ],
      earlyStopping: null,
      keep: 'lastPhase',
      labelSmoothing: 0,
      classWeights: null,
      seed: 42,
    });
  });

  it('is filled in from the registries to one that leaves nothing open', () => {
    const recipe = full();
    expect(recipe.dataset).toMatchObject({ source: 'sample', pictures: 1200, duplicates: 'keep' });
    expect(recipe.augmentation).toMatchObject({
      views: 1,
      horizontalFlip: false,
      rotationDegrees: 0,
      zoom: 0,
    });
    expect(recipe.backbone).toEqual({ name: 'mobilenetv2', alpha: 1, weights: 'imagenet' });
    const adam = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
    expect(recipe.phases).toEqual([
      { ...HEAD, gradientClip: null, optimizer: adam, schedule: { name: 'constant' } },
      {
        ...FINE_TUNE,
        gradientClip: null,
        batchNorm: 'inference',
        optimizer: adam,
        schedule: { name: 'constant' },
        unfreeze: 30,
      },
    ]);
    expect(fullRecipe(parseRecipe(recipe), ENTRIES)).toEqual(recipe);
  });

  it.each(['dataset', 'backbone', 'phases'])('needs %s', async (field) => {
    const error = await errorOf(() => parseRecipe({ ...smallest(), [field]: undefined }));
    expect(error.code).toBe('recipe/invalid');
    expect(error.message).toContain(`Recipe field ${field}:`);
  });

  it('fills in what a part leaves out', () => {
    const { split, earlyStopping } = parseRecipe({ ...smallest(), split: { seed: 1 }, earlyStopping: {} });
    expect(split).toEqual({ train: 0.6, validation: 0.2, test: 0.2, seed: 1, trainShare: 1 });
    expect(earlyStopping).toEqual({ monitor: 'valLoss', restoreBest: false });
  });
});

describe('what belongs to one network', () => {
  it.each([
    ['mobilenetv2', { alpha: 1, weights: 'imagenet' }, 30],
    ['efficientnetb2', { dropConnect: 0, weights: 'imagenet' }, 30],
    ['vgg16', { weights: 'imagenet' }, 10],
    ['vgg19', { weights: 'imagenet' }, 10],
  ])('has the defaults of %s', (name, options, unfreeze) => {
    const recipe = full({ backbone: { name } });
    expect(recipe.backbone).toEqual({ name, ...options });
    expect(recipe.phases[1]).toMatchObject({ unfreeze });
  });

  it('takes of a list the first weights that there are, and the options that they were made for', () => {
    const backboneOf = (backbone: object): FullRecipe['backbone'] =>
      full({ backbone: backbone as WrittenRecipe['backbone'] }).backbone;
    const shipped = ['starter', 'imagenet'];
    expect(backboneOf({ name: 'mobilenetv2', weights: shipped })).toMatchObject({
      weights: 'starter',
      alpha: 0.35,
    });
    expect(backboneOf({ name: 'vgg16', weights: shipped })).toMatchObject({ weights: 'imagenet' });
    expect(backboneOf({ name: 'mobilenetv2', weights: 'starter', alpha: 1 })['alpha']).toBe(1);
    expect(backboneOf({ name: 'mobilenetv2', weights: { file: 'a.h5' } })['alpha']).toBe(1);
  });

  it('says of weights that a network has none of which there are', async () => {
    const error = await errorOf(() => full({ backbone: { name: 'vgg16', weights: 'starter' } }));
    expect(error.message).toBe(
      'Recipe field backbone.weights: expected one of imagenet, random, a file or a kept run, for vgg16. Came: "starter".',
    );
  });

  it('follows BatchNorm in EfficientNet: drop-connect as training=False means it, or as fit runs it', () => {
    const rateOf = (batchNorm: 'inference' | 'batch', options: object = {}): unknown =>
      full({ backbone: { name: 'efficientnetb0', ...options }, phases: [HEAD, { ...FINE_TUNE, batchNorm }] })
        .backbone['dropConnect'];
    expect(rateOf('inference')).toBe(0);
    expect(rateOf('batch')).toBe(0.2);
    expect(rateOf('inference', { dropConnect: 0.3 })).toBe(0.3);
    expect(rateOf('batch', { dropConnect: 0 })).toBe(0);
  });

  it('opens no layer, all, or any number between', () => {
    for (const unfreeze of [0, 154, 'all'] as const)
      expect(full({ phases: [{ ...FINE_TUNE, unfreeze }] }).phases[0]).toMatchObject({ unfreeze });
  });
});

it.each([
  [null, false],
  [{ patience: 5 }, false],
  [{ monitor: 'valLoss', restoreBest: true }, true],
] as const)('early stopping %j puts the best epoch back: %s', (earlyStopping, isRestoring) => {
  expect(restoresBest(parseRecipe(smallest({ earlyStopping })))).toBe(isRestoring);
});
