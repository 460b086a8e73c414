/** The command line of the headless training command. */
import { EXPORTERS } from '../../src/exporters/registry.ts';
import { badCommand, formatsAsked, readLine, theOne, type CommonOptions } from './command-line.ts';

const formats = [...EXPORTERS.map(({ entry }) => [entry.name, entry.help]), ['all', 'All of them.']]
  .map(([name = '', help = '']) => `                        ${name.padEnd(13)}${help}`)
  .join('\n');

/** What `--help` prints. */
export const USAGE = `Carries a recipe out and writes history.json, evaluation.json, split.json, run.json, model/ and run.mien.zip (all of it, for the page).

  npm run train -- RECIPE.json --out DIR [options]

  --out DIR           folder to write into (made when missing)
  --backend NAME      webgpu, wasm or cpu; by default the best there is
  --threads N         threads that compute on wasm; by default half of the logical cores, at least two, at most eight
  --store DIR         keep downloads, resized pictures and a run's epochs in this folder, for the next time
  --resume            go on with the last run of this recipe that was broken off; needs the --store it had
  --from PATH         train on from a finished run: the folder that it was written into, or its .mien.zip; or from an
                      export of Mien, Teachable Machine, Keras (.keras, .h5) or TensorFlow.js, as file, folder or zip; its
                      network takes the place of the recipe's, its head too where the classes are the same, and says so
  --edits FILE        work on the set as this file of edits has it, which the page saved
  --find-rate PHASE   train nothing to keep: try learning rates out for a phase (its number from 1, or its name),
                      print the one to take, write learning-rate.json alone
  --stop              with --resume: end that run at once and write the network of the epoch that it kept
  --hub URL           take sets of the Hub from this server: a mirror, or one in the classroom
  --doubtful          also write doubtful.csv: every picture by its name, those first whose label the network finds least likely
  --export FORMAT     also write the network in this format, into a folder of its name; may be repeated
${formats}
  --json              print events as JSON lines instead of progress bars
  --help              this text

HF_TOKEN in the environment is the access token for sets that want one.
`;

/** The command line, read and checked. */
export interface Command extends CommonOptions {
  readonly recipePath: string;
  readonly outFolder: string;
  /** Address of the Hub to take sets from, in place of the recipe's. */
  readonly hub: string | null;
  /** Where things are kept; null for nowhere. */
  readonly storeFolder: string | null;
  /** Whether to go on with a run of the recipe that was broken off, where there is one. */
  readonly resume: boolean;
  /** The phase to find a learning rate for, as it was named; null carries the recipe out. */
  readonly findRate: string | null;
  /** Whether to end that run at once, with the network of the epoch that it kept. */
  readonly stop: boolean;
  /** What to train on from: a run's folder or file, or an export; null begins as the recipe says. */
  readonly fromPath: string | null;
  /** A file of edits to work on the set with; null for those that the recipe names, if any. */
  readonly editsPath: string | null;
  /** Whether the network is asked about every picture of the set, and what it doubts is written. */
  readonly doubtful: boolean;
  readonly exportFormats: readonly string[];
}

const OPTIONS = {
  out: { type: 'string' },
  hub: { type: 'string' },
  store: { type: 'string' },
  resume: { type: 'boolean' },
  'find-rate': { type: 'string' },
  edits: { type: 'string' },
  from: { type: 'string' },
  stop: { type: 'boolean' },
  doubtful: { type: 'boolean' },
  export: { type: 'string', multiple: true },
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
  const recipePath = theOne('recipe', positionals);
  if (values.out === undefined) throw badCommand('--out DIR was expected; it did not come.');
  if (values.resume === true && values.store === undefined) {
    throw badCommand('--resume needs the --store DIR that the run had; it did not come.');
  }
  const wantsNetwork = values.resume === true || values.export !== undefined || values.doubtful === true;
  if (values['find-rate'] !== undefined && wantsNetwork) {
    throw badCommand('--find-rate leaves no network: --resume, --export and --doubtful do not go with it.');
  }
  if (values.stop === true && values.resume !== true) {
    throw badCommand('--stop ends a run that --resume takes up; --resume did not come.');
  }
  return {
    recipePath,
    outFolder: values.out,
    hub: values.hub ?? null,
    storeFolder: values.store ?? null,
    resume: values.resume ?? false,
    findRate: values['find-rate'] ?? null,
    stop: values.stop ?? false,
    editsPath: values.edits ?? null,
    fromPath: values.from ?? null,
    doubtful: values.doubtful ?? false,
    exportFormats: formatsAsked('--export', values.export ?? []),
    ...common,
  };
}
