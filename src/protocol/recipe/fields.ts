/**
 * A recipe's fields by their paths, as links and studies name them: `head.dropout`, `augmentation.zoom`. One thing
 * reads a path, sets what stands there, and tells in which fields two recipes differ.
 */
import { isSame } from '../../lib/json.ts';
import type { FullRecipe } from './full-recipe.ts';
import type { Recipe } from './recipe.ts';

/** A field of two recipes that is not the same in both. */
export interface FieldDifference {
  readonly path: string;
  /** What stands there; undefined where there is no such field. */
  readonly from: unknown;
  readonly to: unknown;
}

/** In which fields the second differs from the first, from the outside in. */
export function fieldDifferences(from: unknown, to: unknown, path = ''): FieldDifference[] {
  if (isSame(from, to)) return [];
  if (!isObject(from) || !isObject(to) || !canDescend(from, to)) return [{ path, from, to }];
  const inner = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys.flatMap((key) =>
    to[key] === undefined
      ? [{ path: inner(key), from: from[key], to: undefined }]
      : fieldDifferences(from[key], to[key], inner(key)),
  );
}

/** Fields that say nothing of what a network learns: what a recipe is called, and which ways WebGPU takes. */
const BESIDE = ['name', 'gpuKernels'];

/** Whether a field says what a network learns, or by which digits alone. */
export const isOfLearning = (path: string): boolean =>
  BESIDE.every((field) => path !== field && !path.startsWith(`${field}.`));

/** What stands in a field, to be read: an object without its marks, so that it breaks between words. */
export function fieldText(value: unknown, none: string): string {
  if (value === undefined || value === null) return none;
  if (typeof value === 'string') return value;
  if (!isObject(value) || Array.isArray(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${fieldText(inner, none)}`)
    .join(', ');
}

/** What stands at a path; undefined where there is no such field. */
export function fieldAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

/** The same with another value at a path; undefined takes the field away. */
export function withField(value: unknown, path: string, next: unknown): unknown {
  return withValue(value, path.split('.'), next);
}

/** The recipe with another backbone, and without what belonged to the one before: each network has its own defaults. */
export function withBackbone(recipe: Recipe, name: string): object {
  const phases = recipe.phases.map((phase) => withField(phase, 'unfreeze', undefined));
  return { ...recipe, backbone: { name }, phases };
}

/** The recipe with the network of a kept run, to train on from: its form, its head's too, and its scale, whatever the set is. */
export function trainingOn(recipe: Recipe, runId: string, { backbone, head, image }: FullRecipe): unknown {
  const isSame = recipe.backbone.name === backbone.name;
  return {
    ...(isSame ? recipe : withBackbone(recipe, backbone.name)),
    backbone: Object.assign({}, backbone, { weights: { run: runId } }),
    head: { ...recipe.head, hidden: head.hidden },
    image: { ...recipe.image, scale: image.scale },
  };
}

function withValue(value: unknown, path: readonly string[], next: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return next ?? null;
  const isList = Array.isArray(value);
  const copy: Record<string, unknown> = isObject(value) ? { ...value } : {};
  if (rest.length === 0 && next === undefined) Reflect.deleteProperty(copy, key);
  else copy[key] = withValue(copy[key], rest, next);
  return isList ? Object.values(copy) : copy;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Objects are compared key by key, lists of one length item by item; anything else is taken whole. */
function canDescend(from: object, to: object): boolean {
  if (Array.isArray(from) !== Array.isArray(to)) return false;
  return !Array.isArray(from) || from.length === (to as unknown as readonly unknown[]).length;
}
