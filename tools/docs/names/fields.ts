/** Owns the list of a recipe's fields, from its schema and from the options that registries declare. */
import { toJSONSchema } from 'zod/v4/core';
import { augmentations } from '../../../src/data/augmentations/registry.ts';
import { sources } from '../../../src/data/sources/registry.ts';
import { BACKBONES } from '../../../src/models/backbones/registry.ts';
import type { CatalogEntry } from '../../../src/protocol/catalog.ts';
import { RecipeSchema } from '../../../src/protocol/recipe/recipe.ts';
import { OPTIMIZERS } from '../../../src/training/optimizers/registry.ts';
import { SCHEDULES } from '../../../src/training/schedules/registry.ts';

/** The part of a JSON schema that says which fields there are. */
interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** Where the options of each registry's entries stand in a recipe. */
const OPEN_FIELDS: readonly (readonly [field: string, entries: readonly { entry: CatalogEntry }[]])[] = [
  ['dataset', sources],
  ['augmentation', augmentations],
  ['backbone', BACKBONES],
  ['phases[].optimizer', OPTIMIZERS],
  ['phases[].schedule', SCHEDULES],
];

/** Every field by its path, for example `phases[].schedule.name`. */
export function recipeFields(): ReadonlySet<string> {
  const fields = new Set<string>();
  addFields(toJSONSchema(RecipeSchema, { unrepresentable: 'any', io: 'input' }) as Node, '', fields);
  for (const [field, entries] of OPEN_FIELDS) {
    for (const { entry } of entries) for (const { name } of entry.options) fields.add(`${field}.${name}`);
  }
  return fields;
}

function addFields(node: Node, path: string, fields: Set<string>): void {
  for (const [name, inner] of Object.entries(node.properties ?? {})) {
    const field = path === '' ? name : `${path}.${name}`;
    fields.add(field);
    addFields(inner, field, fields);
  }
  if (node.items !== undefined) addFields(node.items, `${path}[]`, fields);
  for (const inner of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) addFields(inner, path, fields);
}
