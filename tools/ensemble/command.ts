/** The command line of the command that has several runs answer together. */
import type { Weighing } from '../../src/protocol/runs/ensemble.ts';
import { badCommand, readLine, type CommonOptions } from '../train/command-line.ts';

/** What `--help` prints. */
export const USAGE = `Has several trained networks answer together, and tests them on the test pictures of their set. Writes ensemble.json, evaluation.json, report.txt and run.mien.zip.

  npm run ensemble -- RUN RUN... --out DIR [options]
  npm run ensemble -- STUDY --best K --out DIR [options]

  RUN                 the folder that npm run train wrote, or a .mien.zip with one run or several
  STUDY               the folder of a study: its best K by validation loss
  --out DIR           folder to write into (made when missing)
  --weights HOW       mean: all alike (by default); fitted: the weights with the least loss on the validation pictures
  --flip              ask about each picture as it is and mirrored, and take the mean
  --set PATH          the set's folder, zip or Parquet file, where the recipes name one of another machine
  --hub URL           take sets of the Hub from this server
  --backend NAME      webgpu, wasm or cpu; by default the best there is
  --threads N         threads that compute on wasm; by default half of the logical cores, at least two, at most eight
  --json              print one JSON line
  --help              this text

All have to be of the same set and split: a run that learnt from another's test pictures is refused, with how many.
npm run predict -- DIR PICTURES asks the ensemble about new pictures.
`;

export interface Command extends CommonOptions {
  readonly runs: readonly string[];
  readonly outFolder: string;
  /** How many of a study's runs; null where runs are named. */
  readonly best: number | null;
  readonly weighing: Weighing;
  readonly flip: boolean;
  /** Where the set's pictures are; null for where the recipes say. */
  readonly set: string | null;
  readonly hub: string | null;
}

const OPTIONS = {
  out: { type: 'string' },
  best: { type: 'string' },
  weights: { type: 'string' },
  flip: { type: 'boolean' },
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
  if (values.out === undefined) throw badCommand('--out DIR was expected; it did not come.');
  if (positionals.length === 0) throw badCommand('Runs, or a study with --best, were expected; none came.');
  const { weights = 'mean' } = values;
  if (weights !== 'mean' && weights !== 'fitted')
    throw badCommand(`--weights takes mean or fitted. Came: ${weights}.`);
  return {
    runs: positionals,
    outFolder: values.out,
    best: bestOf(values.best, positionals.length),
    weighing: weights,
    flip: values.flip ?? false,
    set: values.set ?? null,
    hub: values.hub ?? null,
    ...common,
  };
}

function bestOf(text: string | undefined, named: number): number | null {
  if (text === undefined) return null;
  const best = Number(text);
  if (!Number.isInteger(best) || best < 2) throw badCommand(`--best takes a number from 2. Came: ${text}.`);
  if (named > 1) throw badCommand('--best takes its runs from one study alone.');
  return best;
}
