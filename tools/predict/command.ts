/** The command line of the headless prediction command. */
import { badCommand, readLine, type CommonOptions } from '../train/command-line.ts';

/** What `--help` prints. */
export const USAGE = `Asks a trained network about pictures and writes what it says as a table.

  npm run predict -- MODEL PICTURES... [options]
  npm run predict -- MODEL --set RECIPE.json [options]

  MODEL               the folder that npm run train wrote, a run as a .mien.zip, an export (tfjs, keras or
                      safetensors) as zip or folder, or the folder that npm run ensemble wrote
  PICTURES            pictures, folders of pictures (those in them, however deep), or a Parquet file
  --set RECIPE.json   in place of pictures: test it on all labelled pictures of the set that a recipe names, classes matched
                      by name; what it learnt from, and classes that it does not know, are counted and not asked about
  --out FILE          write the table here, of a set the figures as JSON; by default they are printed
  --heat-maps DIR     also write each picture with where the network looked for the class that it says
  --backend NAME      webgpu, wasm or cpu; by default the best there is
  --threads N         threads that compute on wasm; by default half of the logical cores, at least two, at most eight
  --json              print one JSON line a picture
  --help              this text

The table has file (of a Parquet row, one line for each in its order), the probability of each class under its label,
predicted, confidence, and problem: why a picture could not be read, its other cells then empty.
`;

export interface Command extends CommonOptions {
  readonly model: string;
  readonly pictures: readonly string[];
  /** A recipe that names the set to be tested on, in place of pictures; null for none. */
  readonly set: string | null;
  /** Null prints the table. */
  readonly out: string | null;
  readonly heatMaps: string | null;
}

const OPTIONS = {
  set: { type: 'string' },
  out: { type: 'string' },
  'heat-maps': { type: 'string' },
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
  const [model, ...pictures] = positionals;
  const isOfSet = values.set !== undefined;
  if (isOfSet && (pictures.length > 0 || values['heat-maps'] !== undefined))
    throw badCommand('--set takes the place of pictures, and draws no heat maps.');
  if (model === undefined || (pictures.length === 0 && !isOfSet)) {
    throw badCommand('A model and at least one picture, folder or Parquet file were expected.');
  }
  return {
    model,
    pictures,
    set: values.set ?? null,
    out: values.out ?? null,
    heatMaps: values['heat-maps'] ?? null,
    ...common,
  };
}
