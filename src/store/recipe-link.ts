/**
 * The recipe in the page's address: the preset's name, then only what differs from it, as
 * `#paper&phases.1.unfreeze=40&-augmentation.zoom`. Values are JSON where they parse as JSON, text otherwise; a key
 * with a minus is one that the preset has and this recipe has not.
 */
import type { Preset } from '../protocol/catalog.ts';
import { StudioError } from '../protocol/errors.ts';
import { fieldDifferences, withField } from '../protocol/recipe/fields.ts';
import { parseRecipe, type Recipe } from '../protocol/recipe/recipe.ts';

/** A recipe and the preset it was described from. */
export interface LinkedRecipe {
  readonly recipe: Recipe;
  readonly preset: string;
}

/** What to put after `#`: empty for the first preset as it is. */
export function linkOf(recipe: Recipe, presetName: string | null, presets: readonly Preset[]): string {
  const preset = presets.find((entry) => entry.name === presetName) ?? presets[0];
  if (preset === undefined) return '';
  const changes = fieldDifferences(preset.recipe, recipe).map(({ path, to }) =>
    to === undefined ? `-${path}` : `${path}=${encodeValue(to)}`,
  );
  if (changes.length === 0 && preset === presets[0]) return '';
  return [encodeURIComponent(preset.name), ...changes].join('&');
}

/**
 * Reads what {@link linkOf} wrote.
 *
 * @param hash with or without its `#`
 * @throws StudioError `recipe/unknown-preset`, `recipe/invalid`
 */
export function recipeFromLink(hash: string, presets: readonly Preset[]): LinkedRecipe {
  const parts = hash
    .replace(/^#/, '')
    .split('&')
    .filter((part) => part !== '');
  const isNamed = parts[0] !== undefined && !parts[0].includes('=') && !parts[0].startsWith('-');
  const name = isNamed ? decode(parts[0] ?? '') : presets[0]?.name;
  const preset = presets.find((entry) => entry.name === name);
  if (preset === undefined) throw unknownPreset(name ?? '', presets);
  let value: unknown = preset.recipe;
  for (const part of isNamed ? parts.slice(1) : parts) value = changed(value, part);
  return { recipe: parseRecipe(value), preset: preset.name };
}

/** Text is written bare unless it would be read back as JSON. */
function encodeValue(value: unknown): string {
  const isBare = typeof value === 'string' && parsed(value) === value;
  return encodeURIComponent(isBare ? value : JSON.stringify(value)).replaceAll('%2F', '/');
}

function changed(value: unknown, part: string): unknown {
  const remove = part.startsWith('-');
  const equals = part.indexOf('=');
  const key = remove ? part.slice(1) : part.slice(0, equals === -1 ? part.length : equals);
  const text = equals === -1 ? '' : decode(part.slice(equals + 1));
  return withField(value, decode(key), remove ? undefined : parsed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // Not JSON: the text itself is the value.
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new StudioError({
      code: 'recipe/link-broken',
      message: `Part of the page's address cannot be read: ${text}.`,
      hint: 'The link may have been cut off when it was copied. The first recipe was loaded instead.',
      cause: error,
    });
  }
}

function unknownPreset(name: string, presets: readonly Preset[]): StudioError {
  return new StudioError({
    code: 'recipe/unknown-preset',
    message: `The page's address names a recipe "${name}"; there are: ${presets.map((entry) => entry.name).join(', ')}.`,
    hint: 'Choose one of them in the bar above. The first recipe was loaded instead.',
  });
}
