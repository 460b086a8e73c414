/** What every reader of weights and every naming must keep to; a new one is tested by being listed. */
import { describe, expect, it } from 'vitest';
import { meanAndDeviation } from '../../src/models/backbones/backbone.ts';
import { NOTHING_BESIDE } from '../../src/models/weights/files/beside.ts';
import type { NamedFile } from '../../src/models/weights/name-maps/name-map.ts';
import { NAMINGS, findNameMaps } from '../../src/models/weights/name-maps/registry.ts';
import { WEIGHT_READERS } from '../../src/models/weights/readers/registry.ts';
import {
  codeOf,
  f32,
  memorySource,
  openWeightFile,
  safetensorsFile,
  startH5Thread,
} from '../support/networks/weight-files.ts';

describe.each(WEIGHT_READERS.map((reader) => [reader.name, reader] as const))('reader %s', (name, reader) => {
  it('is described', () => {
    expect(WEIGHT_READERS.filter((other) => other.name === name)).toHaveLength(1);
    expect(reader.label).not.toBe('');
    expect(reader.extensions.length).toBeGreaterThan(0);
    expect(reader.extensions.filter((extension) => !/^\.[a-z0-9.]+$/u.test(extension))).toEqual([]);
  });

  it('does not take what is no file of weights', () => {
    for (const text of ['', 'P', '<!doctype html><title>404</title>', '\u0089PNG\r\n']) {
      expect(reader.recognises(Uint8Array.from(text, (character) => character.charCodeAt(0)))).toBe(false);
    }
  });

  it('refuses an empty file', async () => {
    expect(
      await codeOf(
        reader.open(memorySource(new Uint8Array(0)), {
          beside: NOTHING_BESIDE,
          platform: { startH5Thread },
          sibling: () => Promise.reject(new Error('nothing lies beside it')),
        }),
      ),
    ).toBe('model/weights-unreadable');
  });
});

/** A file with tensors of these names. */
function fileOf(names: readonly string[]): NamedFile {
  const tensors = new Map(names.map((name) => [name, { name, dtype: 'F32', shape: [1], sizeBytes: 4 }]));
  return { tensors, architecture: null, topology: null, read: () => Promise.resolve(new Map()) };
}

describe.each(NAMINGS.map((naming) => [naming.name, naming] as const))('naming %s', (name, naming) => {
  it('is described, and fits no strangers', () => {
    expect(NAMINGS.filter((other) => other.name === name)).toHaveLength(1);
    expect(naming.label).not.toBe('');
    expect(naming.fit(fileOf([]))).toEqual([]);
    expect(naming.fit(fileOf(['transformer.h.0.attn.c_attn.weight', 'wte.weight']))).toEqual([]);
  });
});

describe('Keras files of EfficientNet', () => {
  const preprocessingOf = async (mean: number[], variance: number[]) => {
    const bytes = safetensorsFile({
      'stem_conv/kernel': f32([1, 1, 1, 1], [1]),
      'normalization/mean': f32([3], mean),
      'normalization/variance': f32([3], variance),
    });
    const file = await openWeightFile(memorySource(bytes));
    return (await findNameMaps(file)[0]?.pictures())?.preprocessing;
  };

  it('bring their mean and variance', async () => {
    const imagenet = await preprocessingOf([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    expect(imagenet).toEqual(meanAndDeviation);
    const untouched = await preprocessingOf([0, 0, 0], [1, 1, 1]);
    expect(untouched?.scale).toEqual([1 / 255, 1 / 255, 1 / 255]);
    const own = await preprocessingOf([0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
    expect(own?.scale[0]).toBeCloseTo(2 / 255, 10);
    expect(own?.offset[0]).toBeCloseTo(-1, 10);
  });
});
