/** The command line of the command that checks a run's test figures. */
import { readLine, theOne, type CommonOptions } from '../train/command-line.ts';

/** What `--help` prints. */
export const USAGE = `Computes the test figures of the runs in a file anew, from their networks and the pictures of their set.

  npm run verify -- FILE.mien.zip [options]

  --set PATH          the set's folder, zip or Parquet file, where its recipe names one of another machine
  --hub URL           take sets of the Hub from this server
  --backend NAME      webgpu, wasm or cpu; by default the best there is
  --threads N         threads that compute on wasm; by default half of the logical cores, at least two, at most eight
  --json              print one JSON line a run
  --help              this text

A run holds where the set is the one that it was tested on, each picture is called the same class, and no probability
is off by more than a thousandth, which other devices may be.
`;

export interface Command extends CommonOptions {
  readonly file: string;
  /** Where the set's pictures are; null for where the recipe says. */
  readonly set: string | null;
  readonly hub: string | null;
}

const OPTIONS = {
  set: { type: 'string' },
  hub: { type: 'string' },
} as const;

/**
 * Null asks for help.
 *
 * @throws StudioError `recipe/bad-command`
 */
export function parseCommand(args: readonly string[]): Command | null {
  const line = readLine(args, OPTIONS);
  if (line === null) return null;
  const { values, positionals, common } = line;
  return {
    file: theOne('file of runs', positionals),
    set: values.set ?? null,
    hub: values.hub ?? null,
    ...common,
  };
}
