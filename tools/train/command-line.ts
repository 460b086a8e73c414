/** Owns what the command lines of all headless commands have in common: reading them, and what is said of bad ones. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { EXPORTERS } from '../../src/exporters/registry.ts';
import { BackendChoiceSchema, type BackendChoice } from '../../src/protocol/device.ts';
import { StudioError } from '../../src/protocol/errors.ts';

/** What every command takes beside its own options. */
const COMMON = {
  backend: { type: 'string' },
  threads: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** What of that a command is carried out by. */
export interface CommonOptions {
  readonly backend: BackendChoice;
  /** Threads that compute on wasm; absent for as many as are worth having. */
  readonly threads?: number;
  /** Prints lines of JSON. */
  readonly json: boolean;
}

type Own = NonNullable<ParseArgsConfig['options']>;
type Parsed<Options extends Own> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: Options }>
>;

/** A line that does not ask for help. */
interface Line<Options extends Own> {
  readonly values: Parsed<Options>['values'];
  readonly positionals: readonly string[];
  readonly common: CommonOptions;
}

/**
 * A command's own options, those that all take, and what stands beside them; null where help is asked for.
 *
 * @throws StudioError `recipe/bad-command` for an option that there is not, or that lacks its value
 */
export function readLine<const Options extends Own>(
  args: readonly string[],
  options: Options,
): Line<Options> | null {
  const { values, positionals } = parsed(args, { ...options, ...COMMON });
  const { backend, threads, json, help } = values as Parsed<typeof COMMON>['values'];
  if (help === true) return null;
  const common = {
    backend: backendOf(backend),
    ...(threads !== undefined && { threads: threadsOf(threads) }),
    json: json ?? false,
  };
  return { values, positionals, common };
}

function parsed<const Options extends Own>(args: readonly string[], options: Options): Parsed<Options> {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (cause) {
    throw badCommand(cause instanceof Error ? cause.message : String(cause));
  }
}

/** What `--backend` asks for. @throws StudioError `recipe/bad-command` */
function backendOf(value: string | undefined): BackendChoice {
  const backend = BackendChoiceSchema.safeParse(value ?? 'auto');
  if (!backend.success) throw badCommand(`--backend takes webgpu, wasm or cpu. Came: ${String(value)}.`);
  return backend.data;
}

/** More would wait for each other. */
const MOST_THREADS = 64;

/** What `--threads` asks for. @throws StudioError `recipe/bad-command` */
function threadsOf(value: string): number {
  const threads = Number(value);
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw badCommand(`--threads takes a whole number from 1 to ${MOST_THREADS.toString()}. Came: ${value}.`);
}

/** The one thing that a command is about. @throws StudioError `recipe/bad-command` */
export function theOne(what: string, positionals: readonly string[]): string {
  const [one, ...others] = positionals;
  if (one !== undefined && others.length === 0) return one;
  throw badCommand(`One ${what} was expected; ${positionals.length.toString()} came.`);
}

/** The formats that an option names, each once. @throws StudioError `recipe/bad-command` before anything is done */
export function formatsAsked(option: string, asked: readonly string[]): string[] {
  const all = EXPORTERS.map(({ entry }) => entry.name);
  const named = asked.flatMap((name) => (name === 'all' ? all : [name]));
  const unknown = named.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw badCommand(`${option} takes ${[...all, 'all'].join(', ')}. Came: ${unknown}.`);
  return [...new Set(named)];
}

/** The error for a command line that cannot be carried out. */
export function badCommand(message: string): StudioError {
  return new StudioError({ code: 'recipe/bad-command', message, hint: 'See the options below.' });
}
