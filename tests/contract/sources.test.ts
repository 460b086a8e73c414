/** Every source in the registry: what it declares, and that it refuses what it does not take. */
import { describe, expect, it } from 'vitest';
import { findSource, sources } from '../../src/data/sources/registry.ts';
import { checkOptions } from '../../src/protocol/recipe/options.ts';

describe.each(sources.map((source) => [source.entry.name, source] as const))('source %s', (name, source) => {
  const { entry } = source;
  const owner = { field: 'dataset', entry: name, ownKeys: ['source'] };

  it('says what it is in words that a page can show', () => {
    expect(name).toMatch(/^[a-z][a-zA-Z]*$/);
    for (const text of [entry.label, entry.help, entry.notice]) expect(text.trim()).not.toBe('');
    expect(entry.help).toMatch(/\.$/);
    expect(entry.notice).toMatch(/\.$/);
  });

  it('declares options that a form can be drawn of', () => {
    const names = entry.options.map((option) => option.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain('source');
    for (const option of entry.options) {
      expect(option.label).not.toBe('');
      expect(option.help).toMatch(/\.$/);
      // A default must pass its own check.
      expect(() => checkOptions(owner, [option], { [option.name]: option.default })).not.toThrow();
    }
  });

  it('is found by its name', () => {
    expect(findSource(name)).toBe(source);
  });
});

it('gives every source a name of its own', () => {
  const names = sources.map((source) => source.entry.name);
  expect(new Set(names).size).toBe(names.length);
});
