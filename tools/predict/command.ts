/** The command line of the headless prediction command. */
import { badCommand, readLine, type CommonOptions } from '../train/command-line.ts';

/** What `--help` prints. */
export const USAGE = `Asks a trained network about pictures and writes what it says as a table.

  npm run predict -- MODEL PICTURES... [options]

  MODEL               the folder that npm run train wrote, a run as a .mien.zip, or an export (tfjs, keras or
                      safetensors) as zip or folder
  PICTURES            pictures, folders of pictures (those in them, however deep), or a Parquet file
  --out FILE.csv      write the table here; by default it is printed
  --heat-maps DIR     also write each picture with where the network looked for the class that it says
  --backend NAME      webgpu, wasm or cpu; by default the best there is
  --json              print one JSON line a picture
  --help              this text

The table has file (of a Parquet row, one line for each in its order), the probability of each class under its label,
predicted, confidence, and problem: why a picture could not be read, its other cells then empty.
`;

export interface Command extends CommonOptions {
  readonly model: string;
  readonly pictures: readonly string[];
  /** Null prints the table. */
  readonly out: string | null;
  readonly heatMaps: string | null;
}

const OPTIONS = {
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
  if (model === undefined || pictures.length === 0) {
    throw badCommand('A model and at least one picture, folder or Parquet file were expected.');
  }
  return {
    model,
    pictures,
    out: values.out ?? null,
    heatMaps: values['heat-maps'] ?? null,
    ...common,
  };
}
