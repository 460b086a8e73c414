/** How every headless command begins and ends: its help, what is printed of an error, and its exit code. */
import { asStudioError, type StudioError } from '../../src/protocol/errors.ts';

/** A command, by what its line is read as. */
export interface HeadlessCommand<Command extends { readonly json: boolean }> {
  readonly usage: string;
  /** Null asks for help. @throws StudioError `recipe/bad-command` */
  readonly parse: (args: readonly string[]) => Command | null;
  readonly work: (command: Command) => Promise<void>;
}

/** Carries a command out and ends the process: 0 done, 2 bad input, 1 anything else. */
export async function carryOut<Command extends { readonly json: boolean }>(
  headless: HeadlessCommand<Command>,
): Promise<never> {
  try {
    process.exitCode = await ended(headless);
  } catch (thrown) {
    const error = asStudioError(thrown);
    process.stderr.write(`${error.message}\n${error.hint}\n\n${headless.usage}`);
    process.exitCode = exitCodeOf(error);
  }
  // Dawn keeps its device's threads alive.
  process.exit();
}

async function ended<Command extends { readonly json: boolean }>({
  usage,
  parse,
  work,
}: HeadlessCommand<Command>): Promise<number> {
  const command = parse(process.argv.slice(2));
  if (command === null) {
    process.stdout.write(usage);
    return 0;
  }
  try {
    await work(command);
    return 0;
  } catch (thrown) {
    const error = asStudioError(thrown);
    if (command.json) process.stdout.write(`${JSON.stringify({ kind: 'failed', error: error.toWire() })}\n`);
    process.stderr.write(`\n${error.message}\n${error.hint}\n(${error.code})\n`);
    if (error.code.startsWith('bug/')) process.stderr.write(`${String(error.toWire().cause)}\n`);
    return exitCodeOf(error);
  }
}

/** What is bad about recipes, pictures, networks or an address with nothing at it is the user's to mend: 2. All else: 1. */
export function exitCodeOf({ code }: StudioError): number {
  return /^(recipe\/|data\/|model\/|export\/unknown-format$|net\/not-found$)/.test(code) ? 2 : 1;
}
