/** The command line of the command that checks a run's test figures. */
import type { BackendChoice } from '../../src/protocol/device.ts';
import { backendOf, badCommand, readLine } from '../train/command-line.ts';

/** What `--help` prints. */
export const USAGE = `Computes the test figures of the runs in a file anew, from their networks and the pictures of their set.

  npm run verify -- FILE.mien.zip [options]

  --set PATH          the set's folder, zip or Parquet file, where its recipe names one of another machine
  --hub URL           take sets of the Hub from this server
  --backend NAME      webgpu, wasm or cpu; by default the best there is
  --json              print one JSON line a run
  --help              this text

A run holds where the set is the one that it was tested on, each picture is called the same class, and no probability
is off by more than a thousandth, which other devices may be.
`;

export interface Command {
  readonly file: string;
  /** Where the set's pictures are; null for where the recipe says. */
  readonly set: string | null;
  readonly hub: string | null;
  readonly backend: BackendChoice;
  readonly json: boolean;
}

const OPTIONS = {
  set: { type: 'string' },
  hub: { type: 'string' },
  backend: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/**
 * Null asks for help.
 *
 * @throws StudioError `recipe/bad-command`
 */
export function parseCommand(args: readonly string[]): Command | null {
  const { values, positionals } = readLine(args, OPTIONS);
  if (values.help === true) return null;
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) {
    throw badCommand(`One file of runs was expected; ${positionals.length.toString()} came.`);
  }
  return {
    file,
    set: values.set ?? null,
    hub: values.hub ?? null,
    backend: backendOf(values.backend),
    json: values.json ?? false,
  };
}
