/** Every code of an error has a place on the page, beside what it is about, and goes away when that is mended. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ErrorCode, WireError } from '../../src/protocol/errors.ts';
import { reduce } from '../../src/store/reduce/reduce.ts';
import type { StudioState } from '../../src/store/state.ts';
import { OTHER_PLACES, placeOfError, type Place } from '../../src/store/troubles/places.ts';
import { readyState, recipe, running } from '../unit/store/samples.ts';

/** All codes that are written anywhere in the page or the engine. */
const codes = [
  ...new Set(
    readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path))
      .flatMap((path) => [...readFileSync(join('src', path), 'utf8').matchAll(/code: '(\w+\/[\w-]+)'/g)])
      .map(([, code]) => code as ErrorCode),
  ),
];

const errorOf = (code: ErrorCode, message = 'm'): WireError => ({
  ...{ code, message },
  ...{ hint: 'h', retryable: false, cause: null },
});

const expected: Readonly<Record<string, Place>> = {
  ...{ gpu: 'bar', data: 'data', net: 'data', model: 'model', train: 'training', recipe: 'training' },
  ...{ storage: 'training', export: 'results', bug: 'training' },
};

it('finds the codes', () => {
  expect(codes.length).toBeGreaterThan(80);
});

it.each(codes)('%s stands where its area does, or where the list of exceptions says', (code) => {
  const area = code.split('/')[0] ?? '';
  expect(placeOfError(errorOf(code))).toBe(OTHER_PLACES[code] ?? expected[area]);
});

it('has no exception for a code that nobody throws, nor one that is none', () => {
  // Two are made of a part: `recipe/unknown-${what}`.
  const known = (code: string): boolean =>
    (codes as string[]).includes(code) || /^recipe\/unknown-(source|backbone)$/.test(code);
  for (const [code, place] of Object.entries(OTHER_PLACES)) {
    expect(known(code), code).toBe(true);
    expect(place, code).not.toBe(expected[code.split('/')[0] ?? '']);
  }
});

it.each([
  ['Recipe field dataset.repo: expected text.', 'data'],
  ['Recipe field backbone.alpha: expected a number.', 'model'],
  ['Recipe field phases[1].epochs: expected a whole number.', 'training'],
] as const)('%s stands under %s', (message, place) => {
  expect(placeOfError(errorOf('recipe/invalid', message))).toBe(place);
});

it('what cannot be fetched stands with what was being fetched', () => {
  expect(placeOfError(errorOf('net/not-found'), 'weights')).toBe('model');
  expect(placeOfError(errorOf('net/not-found'), 'dataset')).toBe('data');
});

/** The state of a run that failed before it had measured anything. */
const failedBy = (code: ErrorCode): StudioState =>
  reduce(running([]), { kind: 'trainFailed', error: errorOf(code) });

const picked = { pictures: false, weights: false };
const take = (state: StudioState, changed: object): StudioState =>
  reduce(state, { kind: 'recipeSet', recipe: { ...recipe, ...changed }, preset: null, picked });

it.each([
  ['model/weights-no-imagenet', { backbone: { name: 'vgg16', weights: 'random' } }, { batchSize: 7 }],
  ['data/no-labels', { dataset: { source: 'sample', pictures: 9 } }, { backbone: { name: 'vgg16' } }],
  ['gpu/too-large', { batchSize: 7 }, {}],
] as const)('%s goes when its cause does, and not before', (code, mending, other) => {
  const failed = failedBy(code);
  expect(failed.run.kind).toBe('failed');
  expect(take(failed, other).run.kind).toBe('failed');
  expect(take(failed, mending).run.kind).toBe('idle');
});

it('what a device did goes when another is chosen; what was measured stays', () => {
  const chosen = { kind: 'backendAsked', choice: 'wasm' } as const;
  expect(reduce(failedBy('gpu/lost'), chosen).run.kind).toBe('idle');
  expect(reduce(failedBy('data/no-labels'), chosen).run.kind).toBe('failed');
  expect(reduce(readyState, chosen).run).toBe(readyState.run);
});
