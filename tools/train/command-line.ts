/** Owns what the command lines of all headless commands have in common: reading them, and what is said of bad ones. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { BackendChoiceSchema, type BackendChoice } from '../../src/protocol/device.ts';
import { StudioError } from '../../src/protocol/errors.ts';

/**
 * Options and what stands beside them.
 *
 * @throws StudioError `recipe/bad-command` for an option that there is not, or that lacks its value
 */
export function readLine<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
): ReturnType<typeof parseArgs<{ args: string[]; allowPositionals: true; options: Options }>> {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (cause) {
    throw badCommand(cause instanceof Error ? cause.message : String(cause));
  }
}

/** What `--backend` asks for. @throws StudioError `recipe/bad-command` */
export function backendOf(value: string | undefined): BackendChoice {
  const backend = BackendChoiceSchema.safeParse(value ?? 'auto');
  if (!backend.success) throw badCommand(`--backend takes webgpu, wasm or cpu. Came: ${String(value)}.`);
  return backend.data;
}

/** The error for a command line that cannot be carried out. */
export function badCommand(message: string): StudioError {
  return new StudioError({ code: 'recipe/bad-command', message, hint: 'See the options below.' });
}
