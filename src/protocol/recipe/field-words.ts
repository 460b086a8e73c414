/** Owns what is said of a recipe's field that is wrong: what it takes, and which name was meant by one that is none. */
import type * as z from 'zod/mini';
import { closest } from '../../lib/closest.ts';

/** The parts of a schema's definition that are read here; each kind has some of them. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
  readonly format?: string;
  readonly checks?: readonly z.core.$ZodCheck[];
}

/** One end of what a number may be. */
interface End {
  readonly check: string;
  readonly value: number;
  readonly inclusive: boolean;
}

/** Why a value does not do, in words: what the field takes, or that there is no such field. */
export function reasonOf(issue: z.core.$ZodIssue, schema: z.core.$ZodType): string {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const meant = closest(key, fieldsAt(schema, issue.path));
    return `there is no such field${meant === null ? '' : `; did you mean ${meant}?`}`;
  }
  if (issue.code === 'custom') return issue.message;
  const words = [...new Set(schemasAt(schema, issue.path).map(takes))].filter((word) => word !== '');
  return words.length === 0 ? issue.message : `expected ${words.join(' or ')}`;
}

/** The field that an issue is about. */
export function pathOfIssue(issue: z.core.$ZodIssue): readonly PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
}

/** What came there, in a few words. */
export const cameAt = (value: unknown, path: readonly PropertyKey[]): string => show(valueAt(value, path));

/** What stands at a path, in each kind of what holds it. */
function schemasAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType[] {
  const { innerType, options, shape, element } = definitionOf(schema);
  const [key, ...rest] = path;
  if (key === undefined) return [schema];
  if (innerType !== undefined) return schemasAt(innerType, path);
  if (options !== undefined) return options.flatMap((option) => schemasAt(option, path));
  const next = typeof key === 'number' ? element : shape?.[String(key)];
  return next === undefined ? [] : schemasAt(next, rest);
}

function fieldsAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const fieldsOf = (one: z.core.$ZodType): string[] => {
    const { innerType, options = [], shape = {} } = definitionOf(one);
    return [
      ...Object.keys(shape),
      ...(innerType === undefined ? [] : fieldsOf(innerType)),
      ...options.flatMap(fieldsOf),
    ];
  };
  return schemasAt(schema, path).flatMap(fieldsOf);
}

function takes(schema: z.core.$ZodType): string {
  const { type, innerType, options, entries, values, shape } = definitionOf(schema);
  if (type === 'nullable' && innerType !== undefined) return `${takes(innerType)} or null`;
  if (innerType !== undefined) return takes(innerType);
  if (options !== undefined) return [...new Set(options.map(takes))].join(' or ');
  if (entries !== undefined)
    return Object.values(entries)
      .map((value) => JSON.stringify(value))
      .join(', ');
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(', ');
  if (shape !== undefined && Object.keys(shape).length < FEW)
    return `an object of the fields ${Object.keys(shape).join(', ')}`;
  if (type === 'number') return numberText(definitionOf(schema));
  return WORDS[type] ?? '';
}

/** As many fields are named. */
const FEW = 4;

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object of fields',
  record: 'a number for each name',
};

function numberText({ format, checks = [] }: Definition): string {
  const ends = checks.map((check) => check._zod.def as unknown as End);
  const [low, high] = ['greater_than', 'less_than'].map((kind) => ends.find(({ check }) => check === kind));
  const from = low === undefined ? '' : ` ${low.inclusive ? 'from' : 'above'} ${low.value}`;
  const to = high === undefined ? '' : ` ${high.inclusive ? 'to' : 'below'} ${high.value}`;
  return `${format === undefined ? 'a number' : 'a whole number'}${from}${to}`;
}

function definitionOf(schema: z.core.$ZodType): Definition {
  return schema._zod.def;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'no number';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
