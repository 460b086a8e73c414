/** The command line of the command that publishes a trained network. */
import { EXPORTERS } from '../../src/exporters/registry.ts';
import { HUB } from '../../src/platform/remote/hub.ts';
import { badCommand, formatsAsked, readLine, type CommonOptions } from '../train/command-line.ts';

/** What most people open: Keras for Python, ONNX for all else. */
const USUAL = ['keras', 'onnx'];

const formats = EXPORTERS.map(({ entry }) => entry.name);

/** What `--help` prints. */
export const USAGE = `Publishes a trained network on the Hugging Face Hub, with its model card.

  npm run upload -- RUN_DIR OWNER/NAME [options]

  RUN_DIR             the folder that npm run train wrote, or a run as a .mien.zip
  OWNER/NAME          the model on the Hub: you or your organisation, and its name; made where there is none
  --format FORMAT     ${formats.join(', ')}, or all; may be repeated; without it ${USUAL.join(' and ')}
  --public            let everybody see it; without it, it is private
  --hub URL           another Hub, such as one of the classroom (npm run hub -- --write-token …)
  --yes               send without asking; without it the files and the card are shown, and then you are asked
  --backend NAME      what the proof is computed on: webgpu, wasm or cpu; by default the best there is
  --threads N         threads that compute on wasm; by default half of the logical cores, at least two, at most eight
  --json              print events as JSON lines
  --help              this text

HF_TOKEN in the environment is the access token, with the right to write. It is sent to that server alone and kept nowhere.
`;

export interface Command extends CommonOptions {
  readonly run: string;
  readonly repo: string;
  readonly formats: readonly string[];
  readonly isPublic: boolean;
  readonly hub: string;
  readonly yes: boolean;
}

const OPTIONS = {
  format: { type: 'string', multiple: true },
  public: { type: 'boolean' },
  hub: { type: 'string' },
  yes: { type: 'boolean' },
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
  const [run, repo, ...others] = positionals;
  if (run === undefined || repo === undefined || others.length > 0)
    throw badCommand('A run’s folder and the model’s name, OWNER/NAME, were expected.');
  return {
    run,
    repo,
    formats: formatsAsked('--format', values.format ?? USUAL),
    isPublic: values.public ?? false,
    hub: values.hub ?? HUB,
    yes: values.yes ?? false,
    ...common,
  };
}
