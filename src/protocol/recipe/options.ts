/**
 * Owns how a recipe names the entries of a registry: the one of a name is found, and its options, which the schema leaves
 * open, are held against what the entry declares and filled with its defaults.
 */
import { closest } from '../../lib/closest.ts';
import type { CatalogEntry, OptionSpec } from '../catalog.ts';
import { StudioError, type ErrorCode } from '../errors.ts';
import type { OptionValue } from './recipe.ts';

/** Options by name, each of the kind that its spec declares. */
export type Options = Readonly<Record<string, OptionValue>>;

/** Whose options are checked, for messages. */
export interface OptionOwner {
  /** The recipe field that holds them, for example `dataset`. */
  readonly field: string;
  /** The entry's name, for example `parquet`. */
  readonly entry: string;
  /** Keys of the field that are no options, for example `source`. */
  readonly ownKeys: readonly string[];
}

/**
 * Checks what a recipe gives against the declared options.
 *
 * @param given the recipe's field as it stands
 * @returns every declared option, given or default
 * @throws StudioError `recipe/unknown-option` for a key that no spec has; `recipe/invalid` for a value that its spec
 * does not take. Both name the field, for example `dataset.labelColumn`.
 */
export function checkOptions(
  owner: OptionOwner,
  specs: readonly OptionSpec[],
  given: Readonly<Record<string, unknown>>,
): Options {
  for (const key of Object.keys(given)) {
    const isKnown = owner.ownKeys.includes(key) || specs.some((spec) => spec.name === key);
    if (!isKnown) throw unknownOption(owner, specs, key);
  }
  const filled: Record<string, OptionValue> = {};
  for (const spec of specs) {
    const value = Object.hasOwn(given, spec.name) ? given[spec.name] : undefined;
    filled[spec.name] = value === undefined ? spec.default : checkValue(owner, spec, value);
  }
  return filled;
}

/**
 * The one of a registry that a recipe names.
 *
 * @param field that holds the name, for messages
 * @throws StudioError `code`
 */
export function findKind<Kind extends { readonly entry: CatalogEntry }>(
  kinds: readonly Kind[],
  name: string,
  field: string,
  code: ErrorCode = 'recipe/invalid',
): Kind {
  const found = kinds.find(({ entry }) => entry.name === name);
  if (found !== undefined) return found;
  const known = kinds.map(({ entry }) => entry.name).join(', ');
  throw new StudioError({
    code,
    message: `Recipe field ${field}: expected one of ${known}. Came: ${name}.`,
    hint: 'Correct the name in the recipe.',
  });
}

/** The option as text; its spec promises that it is. */
export function textOption(options: Options, name: string): string {
  const value = options[name];
  if (typeof value !== 'string') throw undeclared(name, 'text');
  return value;
}

/** The option as a number; its spec promises that it is. */
export function numberOption(options: Options, name: string): number {
  const value = options[name];
  if (typeof value !== 'number') throw undeclared(name, 'a number');
  return value;
}

/** The option as yes or no; its spec promises that it is. */
export function flagOption(options: Options, name: string): boolean {
  const value = options[name];
  if (typeof value !== 'boolean') throw undeclared(name, 'true or false');
  return value;
}

function checkValue(owner: OptionOwner, spec: OptionSpec, value: unknown): OptionValue {
  switch (spec.kind) {
    case 'number':
      if (typeof value === 'number' && value >= spec.min && value <= spec.max) return value;
      throw invalid(owner, spec, `a number from ${spec.min} to ${spec.max}`, value);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      throw invalid(owner, spec, 'true or false', value);
    case 'choice': {
      const choice = spec.choices.find((one) => one.value === value);
      if (choice !== undefined) return choice.value;
      throw invalid(owner, spec, spec.choices.map((one) => JSON.stringify(one.value)).join(', '), value);
    }
    case 'string':
    case 'file':
      if (typeof value === 'string') return value;
      throw invalid(owner, spec, 'text', value);
    default:
      return spec satisfies never;
  }
}

function unknownOption(owner: OptionOwner, specs: readonly OptionSpec[], key: string): StudioError {
  const names = [...owner.ownKeys, ...specs.map((spec) => spec.name)];
  const meant = closest(key, names);
  return new StudioError({
    code: 'recipe/unknown-option',
    message: `Recipe field ${owner.field}.${key}: ${owner.entry} has no such option; it has ${names.join(', ')}.${meant === null ? '' : ` Did you mean ${meant}?`}`,
    hint: 'Correct the name or take the field out.',
  });
}

function invalid(owner: OptionOwner, spec: OptionSpec, wanted: string, came: unknown): StudioError {
  const shown = JSON.stringify(came) as string | undefined;
  return new StudioError({
    code: 'recipe/invalid',
    message: `Recipe field ${owner.field}.${spec.name}: expected ${wanted}. Came: ${(shown ?? typeof came).slice(0, 80)}.`,
    hint: `${spec.help} Correct that field, or take it out to get the default.`,
  });
}

function undeclared(name: string, wanted: string): StudioError {
  return new StudioError({
    code: 'bug/option',
    message: `The option ${name} was asked for as ${wanted}, which its entry does not declare.`,
    hint: 'Please report this with the recipe.',
  });
}
