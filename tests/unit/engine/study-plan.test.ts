/** From a study to its runs: grids, draws, and what is refused before anything runs. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asRun } from '../../../src/engine/catalog.ts';
import { planStudy } from '../../../src/engine/studies/plan.ts';
import { parseStudy } from '../../../src/protocol/runs/study.ts';
import { meanInterval, repeatsTable } from '../../../src/protocol/runs/study-figures.ts';
import { shippedRecipe } from '../store/samples.ts';

const paper = shippedRecipe('paper');
const plan = (study: object) =>
  planStudy(parseStudy({ name: 'a study', base: 'paper.json', ...study }), paper);

it.each(readdirSync('public/studies'))('the shipped %s can be carried out', (file) => {
  const study = parseStudy(JSON.parse(readFileSync(`public/studies/${file}`, 'utf8')));
  const name = /([a-z-]+)\.json$/.exec(JSON.stringify(study.base).slice(1, -1))?.[1] ?? '';
  expect(planStudy(study, shippedRecipe(name)).length).toBeGreaterThan(1);
});

it('a recipe in place of a study is called what it is', () => {
  expect(() => parseStudy(paper)).toThrow(/this is a recipe, which is one run/u);
});

describe('a grid', () => {
  it('has every combination once, each network with its own defaults', () => {
    const runs = plan({ vary: { 'backbone.name': ['mobilenetv2', 'vgg16'], seed: [1, 2] } });
    expect(runs.map(({ name }) => name).sort()).toEqual([
      ...['1-mobilenetv2-1', '2-mobilenetv2-2', '3-vgg16-1', '4-vgg16-2'],
    ]);
    const vgg = runs.find(({ name }) => name === '3-vgg16-1');
    const own = asRun({ ...paper, backbone: { name: 'vgg16' }, seed: 1 });
    expect(vgg && asRun(vgg.recipe)).toEqual(own);
    // What is varied beside the network goes before its defaults.
    const cut = plan({ vary: { 'backbone.name': ['vgg16'], 'phases.1.unfreeze': [4] } })[0];
    expect(cut?.recipe.phases[1]).toMatchObject({ unfreeze: 4 });
  });

  it('takes objects of fields that change together', () => {
    const runs = plan({
      vary: [
        { batchSize: 16, seed: 1 },
        { batchSize: 64, seed: 2 },
      ],
    });
    expect(runs.map(({ recipe }) => [recipe.batchSize, recipe.seed])).toEqual([
      [16, 1],
      [64, 2],
    ]);
  });

  it('has runs that share the frozen part follow each other', () => {
    const runs = plan({ vary: { 'head.dropout': [0, 0.2, 0.5], 'backbone.name': ['mobilenetv2', 'vgg16'] } });
    expect(runs.map(({ recipe }) => recipe.backbone.name)).toEqual([
      ...['mobilenetv2', 'mobilenetv2', 'mobilenetv2', 'vgg16', 'vgg16', 'vgg16'],
    ]);
  });
});

describe('folds', () => {
  it('carry every combination out on each of them, as repeats', () => {
    const runs = plan({ vary: { batchSize: [16, 32] }, search: { kind: 'folds', folds: 3 } });
    expect(runs.map(({ name }) => name)).toEqual([
      ...['1-16-fold-1-of-3', '4-32-fold-1-of-3', '2-16-fold-2-of-3'],
      ...['5-32-fold-2-of-3', '3-16-fold-3-of-3', '6-32-fold-3-of-3'],
    ]);
    expect(runs[2]?.recipe.split.fold).toEqual({ of: 3, number: 2 });
  });

  it('need no field that is varied', () => {
    expect(plan({ search: { kind: 'folds', folds: 5 } })).toHaveLength(5);
  });
});

it('draws at random what it drew before, by the magnitude where it is told so', () => {
  const vary = { 'phases.0.learningRate': { from: 1e-5, to: 1e-2, scale: 'log' }, batchSize: [16, 32] };
  const rates = (seed: number, runs = 40): number[] =>
    plan({ vary, search: { kind: 'random', runs, seed } }).map(
      ({ recipe }) => recipe.phases[0]?.learningRate ?? 0,
    );
  expect(rates(1)).toEqual(rates(1));
  expect(rates(1)).not.toEqual(rates(2));
  expect(rates(1, 10)).toEqual(rates(1).slice(0, 10));
  expect(Math.min(...rates(1))).toBeGreaterThanOrEqual(1e-5);
  expect(Math.max(...rates(1))).toBeLessThanOrEqual(1e-2);
  const evenly = plan({
    vary: { 'head.dropout': { from: 0, to: 0.6 } },
    search: { kind: 'random', runs: 40, seed: 1 },
  });
  // Nobody reads sixteen digits, which would stand in the names of folders too.
  for (const { name } of evenly) expect(name).toMatch(/^\d+-[\d.]{1,9}$/);
  // Of three decades one lies below 1e-4: a third of the draws, where evenly drawn hardly any would.
  expect(rates(1).filter((rate) => rate < 1e-4).length).toBeGreaterThan(5);
});

describe('is refused before anything runs', () => {
  it.each([
    ['no field', { vary: {} }, /vary names no field/],
    ['an unknown field of its own', { vary: { seed: [1] }, chose: 'valLoss' }, /chose/],
    [
      'a choice for a field that is not varied',
      { vary: { seed: [1] }, choose: 'valLoss', chooseFor: 'batchSize' },
      /batchSize/,
    ],
    ['a range in a grid', { vary: { seed: { from: 1, to: 2 } } }, /draws alone/],
    ['folds that are chosen by', { search: { kind: 'folds', folds: 3 }, choose: 'valLoss' }, /every fold/],
    [
      'folds twice',
      { vary: { 'split.fold': [{ of: 2, number: 1 }] }, search: { kind: 'folds', folds: 3 } },
      /vary names too/,
    ],
    ['a bracket without a choice', { vary: { seed: [1, 2] }, search: { kind: 'asha' } }, /choose/],
    ['the same twice', { vary: { seed: [1, 1] } }, /comes twice/],
    [
      'a magnitude of nothing',
      { vary: { seed: { from: 0, to: 2, scale: 'log' } }, search: { kind: 'random', runs: 2 } },
      /above 0/,
    ],
  ])('with %s', (_what, study, message) => {
    expect(() => plan(study)).toThrow(
      expect.objectContaining({
        code: 'recipe/study-invalid',
        message: expect.stringMatching(message) as string,
      }) as Error,
    );
  });

  it('with a value that the recipe refuses, and the combination is named', () => {
    expect(() => plan({ vary: { batchSize: [32, 'many'], seed: [7] } })).toThrow(
      /The combination batchSize = many, seed = 7 is refused\. Recipe field batchSize/,
    );
    expect(() => plan({ vary: { 'backbone.name': ['resnet9000'] } })).toThrow(/backbone\.name = resnet9000/);
  });
});

it('gives repeats a mean and Student’s interval, as SciPy has it', () => {
  // scipy.stats.t.interval(0.95, 2, loc=0.8, scale=0.01/3**0.5)
  const { mean, low, high } = meanInterval([0.79, 0.8, 0.81]);
  expect([mean, low, high].map((value) => value?.toFixed(5))).toEqual(['0.80000', '0.77516', '0.82484']);
  expect(meanInterval([0.7])).toEqual({ mean: 0.7, low: null, high: null });
  const figuresOf = (accuracy: number, seed: number) => ({
    run: { name: '', values: { seed, batchSize: 16 }, recipe: paper },
    ...{
      epochs: 1,
      valLoss: 1,
      valAccuracy: 0.5,
      seconds: 1,
      isChosen: false,
      failure: null,
      endedEarly: false,
    },
    test: { accuracy, loss: 1, macroF1: 0.5, interval: [0, 1] as const },
  });
  const table = repeatsTable(
    [figuresOf(0.79, 1), figuresOf(0.8, 2), figuresOf(0.81, 3)],
    ['seed', 'batchSize'],
  );
  expect(table?.rows).toEqual([['16', '3', '0.8000', '0.7752', '0.8248', '1.0000']]);
});
