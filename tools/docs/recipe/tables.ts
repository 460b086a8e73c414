/**
 * Writes the README's tables of the recipe: its fields from the schema, the options that stand beside them from the
 * registries, and what each network does by itself. What a field means stands where the field does.
 */
import { toJSONSchema } from 'zod/v4/core';
import { ENTRIES } from '../../../src/engine/catalog.ts';
import type { CatalogEntry, OptionSpec } from '../../../src/protocol/catalog.ts';
import { RecipeSchema } from '../../../src/protocol/recipe/recipe.ts';
import { fieldHelp } from '../../../src/protocol/recipe/schema.ts';
import { markdownTable, type Part } from '../generated.ts';

/** What a JSON schema says of a field. */
interface Field {
  readonly help?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
  readonly items?: Field;
  readonly anyOf?: readonly Field[];
  readonly oneOf?: readonly Field[];
}

/** What the registries put in the place of what is left out. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'backbone.weights': 'the network’s first',
  'phases[].unfreeze': 'the network’s',
  'phases[].optimizer': code(ENTRIES.optimizers[0]?.name),
  'phases[].schedule': code(ENTRIES.schedules[0]?.name),
};

/** A row by its path; fields of one name in several kinds of phase are one. */
interface Row {
  readonly takes: Set<string>;
  readonly leftOut: string;
  readonly help: string;
}

function fieldRows(): string[][] {
  const schema = toJSONSchema(RecipeSchema, { metadata: fieldHelp, unrepresentable: 'any', io: 'input' });
  const rows = new Map<string, Row>();
  addRows(schema as Field, '', rows);
  return [...rows].map(([path, { takes, leftOut, help }]) => [
    `\`${path}\``,
    [...takes].join(' or '),
    leftOut,
    help,
  ]);
}

function addRows({ properties = {}, required = [] }: Field, path: string, rows: Map<string, Row>): void {
  for (const [name, field] of Object.entries(properties)) {
    const at = path === '' ? name : `${path}.${name}`;
    if (field.help !== undefined) {
      const row = rows.get(at) ?? {
        takes: new Set(),
        leftOut: leftOutOf(at, field, required),
        help: field.help,
      };
      row.takes.add(takesOf(field));
      rows.set(at, row);
    }
    for (const inner of alternatives(field)) {
      if (inner.type === 'object') addRows(inner, at, rows);
      for (const item of inner.items === undefined ? [] : alternatives(inner.items))
        addRows(item, `${at}[]`, rows);
    }
  }
}

function alternatives(field: Field): readonly Field[] {
  return field.anyOf ?? field.oneOf ?? [field];
}

function leftOutOf(path: string, field: Field, required: readonly string[]): string {
  if ('default' in field) return code(field.default);
  if (required.some((name) => path.endsWith(name))) return 'needed';
  return LEFT_OUT[path] ?? '–';
}

function takesOf(field: Field): string {
  if (field.anyOf !== undefined) return field.anyOf.map(takesOf).join(' or ');
  if (field.const !== undefined) return code(field.const);
  if (field.enum !== undefined) return field.enum.map(code).join(', ');
  if (field.type === 'array' && field.items !== undefined) return `a list of them`;
  if (field.type === 'object') return objectTakes(field);
  if (field.type === 'integer' || field.type === 'number') return rangeOf(field);
  return { boolean: 'true or false', null: '`null`', string: 'text' }[field.type ?? ''] ?? 'a value';
}

/** An object with fields of its own has rows of its own. */
function objectTakes({ properties }: Field): string {
  if (properties === undefined) return 'a number for each label';
  return properties['file'] === undefined ? 'its fields' : '`{ "file": "…" }`';
}

function rangeOf({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Field): string {
  const low = minimum ?? exclusiveMinimum ?? 0;
  const from = exclusiveMinimum === undefined ? low.toString() : `above ${low.toString()}`;
  const to =
    exclusiveMaximum === undefined ? `to ${String(maximum)}` : `and below ${exclusiveMaximum.toString()}`;
  return `${type === 'integer' ? '' : 'number '}${from} ${to}`;
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

const OPEN_FIELDS: readonly (readonly [field: string, entries: readonly CatalogEntry[]])[] = [
  ['dataset', ENTRIES.sources],
  ['augmentation', ENTRIES.augmentations],
  ['backbone', ENTRIES.backbones],
  ['phases[].optimizer', ENTRIES.optimizers],
  ['phases[].schedule', ENTRIES.schedules],
];

/** One row for an option that several entries have alike. */
function optionRows(): string[][] {
  return OPEN_FIELDS.flatMap(([field, entries]) => {
    const rows = new Map<string, { readonly spec: OptionSpec; readonly of: string[] }>();
    for (const { name, options } of entries) {
      for (const spec of options) {
        const row = rows.get(JSON.stringify(spec)) ?? { spec, of: [] };
        row.of.push(name);
        rows.set(JSON.stringify(spec), row);
      }
    }
    return [...rows.values()].map(({ spec, of }) => [
      `\`${field}.${spec.name}\``,
      field === 'augmentation' || of.length === entries.length ? 'all' : of.join(', '),
      optionTakes(spec),
      optionLeftOut(spec),
      spec.help,
    ]);
  });
}

function optionTakes(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'number':
      return `${spec.min.toString()} to ${spec.max.toString()}`;
    case 'choice':
      return spec.choices.map(({ value }) => code(value)).join(', ');
    case 'boolean':
      return 'true or false';
    default:
      return spec.kind === 'file' ? 'a path from the recipe’s folder' : 'text';
  }
}

function optionLeftOut(spec: OptionSpec): string {
  const usual = code(spec.default);
  if (spec.kind !== 'number' || spec.defaultOnBatch === undefined) return usual;
  return `${usual}, or ${code(spec.defaultOnBatch)} where a phase’s \`batchNorm\` is \`"batch"\``;
}

function networkRows(): string[][] {
  return ENTRIES.backbones.map(({ name, weights, madeFor = {}, unfreeze }) => [
    `\`${name}\``,
    weights
      .map((kind) => {
        const made = Object.entries(madeFor[kind] ?? {}).map(
          ([option, value]) => `\`${option}\` ${value.toString()}`,
        );
        return made.length === 0 ? kind : `${kind} (${made.join(', ')})`;
      })
      .join(', '),
    unfreeze.toString(),
  ]);
}

/** The parts of the README. */
export const recipeTables: readonly Part[] = [
  {
    name: 'recipe fields',
    file: 'README.md',
    write: () => markdownTable(['field', 'takes', 'left out', 'meaning'], fieldRows()),
  },
  {
    name: 'recipe options',
    file: 'README.md',
    write: () => markdownTable(['option', 'of', 'takes', 'left out', 'meaning'], optionRows()),
  },
  {
    name: 'networks',
    file: 'README.md',
    write: () =>
      markdownTable(
        ['`backbone.name`', '`backbone.weights`, with what they were made for', '`unfreeze`'],
        networkRows(),
      ),
  },
];
