/** Owns `train/train.py` and `train/train.ipynb`: one program in cells, as a script and as a notebook. */
import { sha256 } from '../../../lib/bytes/sha256.ts';
import { fileOf, type ExportedFile, type ExportInput } from '../../exporter.ts';
import { PROGRAM, type Cell } from './program.ts';
import { augmentationsLeftOut, reasonAgainst, settingsOf } from './settings.ts';

/** What the script is told on its command line, and the notebook in its first cell. */
const SCRIPT_ARGUMENTS = `import argparse
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--set", required=True, help="the set as Parquet, saved by Mien: Data, Save as a file")
parser.add_argument("--out", default="trained", help="the folder to write into")
parser.add_argument("--start", choices=["exported", "imagenet", "random"], help="by default as the recipe begins, where Keras can")
parser.add_argument("--epochs", type=int, help="fewer than the recipe's, to try it out")
parser.add_argument("--virtual-devices", type=int, default=1, help="share batches as if there were so many processors")
parser.add_argument("--several-hosts", action="store_true", help="JAX on several hosts, each started with KERAS_DISTRIBUTION_JOB_ADDRESSES, _NUM_PROCESSES and _PROCESS_ID")
parser.add_argument("--mixed-precision", choices=["float16", "bfloat16"], help="compute with halves; variables stay float32")
options = parser.parse_args()
SET_FILE, OUT, START, EPOCHS = options.set, pathlib.Path(options.out), options.start, options.epochs
VIRTUAL_DEVICES, SEVERAL_HOSTS, MIXED_PRECISION = options.virtual_devices, options.several_hosts, options.mixed_precision`;

const NOTEBOOK_ARGUMENTS = `import pathlib

HERE = pathlib.Path.cwd()
SET_FILE = "set.parquet"  # saved by Mien: Data, Save as a file
OUT = pathlib.Path("trained")
START = None  # or "exported", "imagenet", "random"
EPOCHS = None  # fewer than the recipe's, to try it out
VIRTUAL_DEVICES, SEVERAL_HOSTS = 1, False
MIXED_PRECISION = None  # or "float16", "bfloat16"`;

const PACKAGES = 'keras tensorflow numpy pillow pyarrow scikit-learn';

/** The files, and a paragraph of Markdown that says how they are used or why they are not there. */
export async function retraining(input: ExportInput): Promise<{ files: ExportedFile[]; guide: string }> {
  const reason = reasonAgainst(input.recipe);
  if (reason !== null) return { files: [], guide: `No program to train it again in Keras: ${reason}.` };
  const leftOut = augmentationsLeftOut(input.recipe);
  const less =
    leftOut.length === 0 ? '' : ` It leaves out what Keras has no layer for: ${leftOut.join(', ')}.`;
  const settings = settingsOf(input, await testRowsHash(input));
  const title = `Carries the recipe of this network out in Keras 3: the same pictures, split, phases and stopping.${less}`;
  const cells: readonly Cell[] = [
    { kind: 'markdown', source: '## The recipe' },
    { kind: 'code', source: settings },
    ...PROGRAM,
  ];
  const files = [
    fileOf('train/train.py', scriptOf(title, cells)),
    fileOf('train/train.ipynb', notebookOf(title, cells)),
  ];
  const guide = `To train on, or anew, with more than a browser has: \`train/train.py\` and the same as a notebook, \`train/train.ipynb\`. Save the set in Mien (Data, _Save as a file_), then:

\`\`\`sh
pip install ${PACKAGES}
python train/train.py --set set.parquet --out trained
\`\`\`

It runs on TensorFlow or JAX (\`KERAS_BACKEND\`), on all devices that they find, and writes history, evaluation and split as Mien does, and \`trained.keras\`. Augmentations are of the same kinds and ranges; their draws are others.${less}`;
  return { files, guide };
}

/** Of the rows that Mien tested on, in their order; null where it did not, or as {@link sha256} says. */
async function testRowsHash({ test }: ExportInput): Promise<string | null> {
  return test === null ? null : sha256(new TextEncoder().encode([...test.rows].join(' ')));
}

function scriptOf(title: string, cells: readonly Cell[]): string {
  const parts = cells.map(({ kind, source }) =>
    kind === 'code' ? source : source.replace(/^#* ?/gmu, '# ').replace(/ +$/gmu, ''),
  );
  const head = `"""${title}\n\n    pip install ${PACKAGES}\n    python train/train.py --set set.parquet --out trained\n"""`;
  return `${[head, SCRIPT_ARGUMENTS, ...parts].join('\n\n')}\n`;
}

/** @see https://nbformat.readthedocs.io/en/latest/format_description.html */
function notebookOf(title: string, cells: readonly Cell[]): string {
  const all: Cell[] = [
    { kind: 'markdown', source: `# Training again\n\n${title}` },
    { kind: 'code', source: `# pip install ${PACKAGES}\n${NOTEBOOK_ARGUMENTS}` },
    ...cells,
  ];
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    cells: all.map(({ kind, source }, index) => ({
      id: `cell-${index}`,
      cell_type: kind,
      metadata: {},
      source,
      ...(kind === 'code' ? { execution_count: null, outputs: [] } : {}),
    })),
  };
  return `${JSON.stringify(notebook, null, 1)}\n`;
}
