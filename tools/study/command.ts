/** The command line of the study command. */
import { badCommand, readLine, theOne, type CommonOptions } from '../train/command-line.ts';

/** What `--help` prints. */
export const USAGE = `Carries a study out: many recipes that differ in a few fields. Writes runs/NAME/ for each, study.json, table.csv, table.md and report.html.

  npm run study -- STUDY.json --out DIR [options]
  npm run study -- --gather DIR [options]

  --out DIR           folder to write into (made when missing)
  --resume            go on with the study that is in it
  --shard K/N         carry out the K-th of N parts; all parts write into one folder
  --gather            put the parts that are in a folder together: choose, ask about test pictures, write the tables
  --backend NAME      webgpu, wasm or cpu; by default the best there is
  --threads N         threads that compute on wasm; by default half of the logical cores, at least two, at most eight
  --hub URL           take sets of the Hub from this server
  --json              print events as JSON lines
  --help              this text

public/studies has some. HF_TOKEN in the environment is the access token for sets that want one.
`;

/** A part of a study, from 1. */
export interface Shard {
  readonly part: number;
  readonly of: number;
}

export interface Command extends CommonOptions {
  /** Null where the study's own copy in the folder counts. */
  readonly studyPath: string | null;
  readonly outFolder: string;
  readonly resume: boolean;
  readonly shard: Shard | null;
  readonly gather: boolean;
  readonly hub: string | null;
}

const OPTIONS = {
  out: { type: 'string' },
  resume: { type: 'boolean' },
  shard: { type: 'string' },
  gather: { type: 'boolean' },
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
  const gather = values.gather ?? false;
  const named = theOne(gather ? 'folder' : 'study', positionals);
  const outFolder = gather ? named : values.out;
  if (outFolder === undefined) throw badCommand('--out DIR was expected; it did not come.');
  if (gather && (values.out !== undefined || values.shard !== undefined || values.resume === true))
    throw badCommand('--gather takes a folder alone: --out, --shard and --resume do not go with it.');
  return {
    studyPath: gather ? null : named,
    outFolder,
    resume: values.resume ?? false,
    shard: shardOf(values.shard),
    gather,
    hub: values.hub ?? null,
    ...common,
  };
}

function shardOf(text: string | undefined): Shard | null {
  if (text === undefined) return null;
  const [part = NaN, of = NaN] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  if (!(part >= 1 && part <= of))
    throw badCommand(`--shard takes a part and how many there are, such as 2/8. Came: ${text}.`);
  return { part, of };
}
