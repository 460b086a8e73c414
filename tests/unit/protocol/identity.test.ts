/** When two sets, networks and runs are the same: what changes each key, and what does not. */
import { describe, expect, it } from 'vitest';
import {
  activationsKey,
  ContentHash,
  isSameRecipe,
  listingHash,
  networkKey,
  isPreparedAlike,
  openingKey,
  picturesKey,
  preparedKey,
  setHash,
  weightsKey,
  type HashedRow,
} from '../../../src/protocol/identity.ts';
import { asRun } from '../../../src/engine/catalog.ts';
import { preparingOf } from '../../../src/protocol/recipe/preparing.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { pickedFile } from '../../support/sets/picked-files.ts';
import { recipe } from '../store/samples.ts';

/** A picked file of so many bytes. */
const picked = (path: string, bytes = 3, lastModified?: number): File =>
  pickedFile(path, new Uint8Array(bytes), lastModified);

const FILES = [picked('faces/glad/1.png'), picked('faces/sad/2.png')];

const OTHER_FILES: readonly [string, readonly File[]][] = [
  ['another path', [picked('faces/glad/1.png'), picked('faces/bad/2.png')]],
  ['another name', [picked('faces/glad/1.png'), picked('faces/sad/3.png')]],
  ['another size', [picked('faces/glad/1.png'), picked('faces/sad/2.png', 4)]],
  ['another time', [picked('faces/glad/1.png'), picked('faces/sad/2.png', 3, 8)]],
  ['one file more', [...FILES, picked('faces/sad/3.png')]],
  ['one file less', FILES.slice(1)],
  ['no files', []],
];

describe('prepared pictures', () => {
  const { image } = recipe;
  const whole = preparingOf(image);
  const cut = preparingOf({ ...image, crop: 'face' });

  it.each([
    ['cut to faces', cut],
    ['cut to faces with more room', preparingOf({ ...image, crop: 'face', cropMargin: 0.5 })],
    ['turned', preparingOf({ ...image, orientation: 'exif' })],
    ['resized in another way', preparingOf({ ...image, resize: 'area' })],
    ['of another size', preparingOf({ ...image, size: image.size + 1 })],
  ])('are others where they are %s', (_what, other) => {
    for (const one of [whole, cut].filter((each) => each !== other)) {
      expect(preparedKey(1, 'list', other)).not.toBe(preparedKey(1, 'list', one));
      expect(picturesKey('content', other, [])).not.toBe(picturesKey('content', one, []));
      expect(isPreparedAlike(one, other)).toBe(false);
    }
    expect(isPreparedAlike(other, { ...other })).toBe(true);
  });

  it('do not hang on the room around faces that nobody looks for, nor on what becomes of those without one', () => {
    expect(preparingOf({ ...image, cropMargin: 1 })).toEqual(whole);
    expect(preparingOf({ ...image, crop: 'face', withoutFace: 'leaveOut' })).toEqual(cut);
  });
});

describe('what is read again', () => {
  it.each(OTHER_FILES)('is whatever has %s', (_what, files) => {
    expect(openingKey(recipe, files)).not.toBe(openingKey(recipe, FILES));
    expect(weightsKey({ file: 'faces' }, files)).not.toBe(weightsKey({ file: 'faces' }, FILES));
    expect(networkKey(recipe, 2, files)).not.toBe(networkKey(recipe, 2, FILES));
  });

  it('is nothing when the same files are picked again', () => {
    const again = [picked('faces/glad/1.png'), picked('faces/sad/2.png')];
    expect(openingKey(recipe, again)).toBe(openingKey(recipe, FILES));
    expect(weightsKey({ file: 'faces' }, again)).toBe(weightsKey({ file: 'faces' }, FILES));
    expect(networkKey(recipe, 2, again)).toBe(networkKey(recipe, 2, FILES));
  });

  it('does not hang on the order in which a recipe names its fields', () => {
    const turned = { ...recipe, dataset: Object.fromEntries(Object.entries(recipe.dataset).reverse()) };
    expect(openingKey(turned as Recipe)).toBe(openingKey(recipe));
  });

  it('tells listed files apart by path, size and version', () => {
    const file = { path: 'glad/1.png', sizeBytes: 3, version: 7 };
    const others = [
      { ...file, path: 'sad/1.png' },
      { ...file, sizeBytes: 4 },
      { ...file, version: 8 },
    ];
    expect(listingHash([file])).toBe(listingHash([{ ...file }]));
    for (const other of others) expect(listingHash([other])).not.toBe(listingHash([file]));
    expect(listingHash([{ path: 'a', sizeBytes: 1 }])).not.toBe(
      listingHash([{ path: 'a', sizeBytes: 1, version: 0 }]),
    );
  });
});

describe('the same set', () => {
  const rows: HashedRow[] = [
    { path: 'glad/1.png', label: 'glad', file: 'a' },
    { path: 'sad/2.png', label: 'sad', file: 'b' },
  ];
  const contentOf = (some: readonly HashedRow[]): string =>
    some.reduce((hash, row) => hash.add(row), new ContentHash()).toString();

  it.each<[string, readonly HashedRow[]]>([
    ['another label', [rows[0]!, { ...rows[1]!, label: 'glad' }]],
    ['another path', [rows[0]!, { ...rows[1]!, path: 'sad/3.png' }]],
    ['other bytes', [rows[0]!, { ...rows[1]!, file: 'c' }]],
    ['another order', [rows[1]!, rows[0]!]],
    ['a row less', rows.slice(1)],
  ])('has not %s', (_what, others) => {
    expect(contentOf(others)).not.toBe(contentOf(rows));
  });

  it('is split alike', () => {
    const split = { train: Uint32Array.of(0, 1), validation: Uint32Array.of(2), test: Uint32Array.of(3) };
    const other = { ...split, validation: Uint32Array.of(3), test: Uint32Array.of(2) };
    expect(setHash('a', split)).toBe(setHash('a', { ...split }));
    expect(setHash('a', other)).not.toBe(setHash('a', split));
    expect(setHash('b', split)).not.toBe(setHash('a', split));
  });
});

describe('a run', () => {
  it('goes on under a recipe of another name and with pictures that lie elsewhere', () => {
    const dataset = { source: 'folder', path: 'a', splitFolders: true };
    const one = { ...asRun(recipe), dataset };
    expect(isSameRecipe(one, { ...one, name: 'Mine', dataset: { ...dataset, path: 'b' } })).toBe(true);
    expect(isSameRecipe(one, { ...one, dataset: { ...dataset, splitFolders: false } })).toBe(false);
    expect(isSameRecipe(one, { ...one, seed: one.seed + 1 })).toBe(false);
  });
});

describe('activations', () => {
  const weights = { origin: 'the Hub', sha256: 'ab' };
  const preprocessing = { order: [0, 1, 2], scale: [1, 1, 1], offset: [0, 0, 0] };
  const inputs = {
    recipe,
    picturesKey: 'a',
    weights,
    preprocessing,
    flavour: null,
    simd: null,
    kernels: 'Mien 1',
    gpuWays: null,
  };
  const key = activationsKey(inputs);

  it.each([
    [
      'the head and the phases',
      { head: { ...recipe.head, dropout: 0.5 }, phases: recipe.phases.slice(0, 1), batchSize: 8 },
    ],
    ['the split', { split: { ...recipe.split, seed: 1 } }],
    ['how many views there are', { augmentation: { ...recipe.augmentation, views: 3 } }],
  ])('do not hang on %s', (_what, changes) => {
    expect(activationsKey({ ...inputs, recipe: { ...recipe, ...changes } })).toBe(key);
  });

  it.each([
    ['pictures', { picturesKey: 'b' }],
    ['weights', { weights: { ...weights, sha256: 'cd' } }],
    ['flavour', { flavour: { padding: 'symmetric', epsilon: 1e-5 } }],
    ['preprocessing', { preprocessing: { ...preprocessing, order: [2, 1, 0] } }],
    ['size', { recipe: { ...recipe, image: { ...recipe.image, size: 64 } } }],
    ['augmentation', { recipe: { ...recipe, augmentation: { ...recipe.augmentation, zoom: 0.3 } } }],
    ['seed', { recipe: { ...recipe, seed: recipe.seed + 1 } }],
    ['SIMD of wasm', { simd: 'relaxed' as const }],
    ['kernels', { kernels: 'Mien 2' }],
    ['ways of WebGPU', { gpuWays: { 'forward, 1x1, small': 'direct 4x8' } }],
  ])('hang on the %s', (_what, changes) => {
    expect(activationsKey({ ...inputs, ...changes })).not.toBe(key);
  });
});
