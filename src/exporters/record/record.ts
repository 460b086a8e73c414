/** The run's papers without its network: figures and charts for a report. */
import type { Exporter, WrittenNetwork } from '../exporter.ts';

export const papersExporter: Exporter = {
  entry: {
    name: 'papers',
    label: 'Papers',
    help: 'For a report: history and evaluation as CSV and JSON, charts as SVG and PNG; no network. They are in every other zip too.',
    opensWith: "pandas.read_csv('papers/history.csv')",
    bytesPerParameter: 0,
    bytesBeside: 200_000,
    options: [],
    extension: 'zip',
    mimeType: 'application/zip',
  },
  // Every export has them: there is nothing to add.
  write: (): Promise<WrittenNetwork> =>
    Promise.resolve({ files: [], models: [], checker: null, guide: GUIDE }),
};

const GUIDE = `\`papers/\` holds what the run has measured. \`history\` has a line for each epoch, \`evaluation.csv\` one for each class, \`confusion-matrix.csv\` the counts (rows true, columns predicted); \`evaluation.json\` has these and how well its sureness is calibrated.

\`\`\`python
import pandas

pandas.read_csv("papers/history.csv").plot(x="epoch", y=["loss", "valLoss"])
\`\`\``;
