/** Writes kept runs as one file, which another machine's Mien takes in with everything in its place. */
import { blobOf } from '../../../exporters/package/package.ts';
import { zipped } from '../../../exporters/package/zip.ts';
import type { ExportedFile } from '../../../exporters/exporter.ts';
import { pack } from '../../../lib/bytes/pack.ts';
import { VERSION } from '../../../lib/version.ts';
import { StudioError } from '../../../protocol/errors.ts';
import type { KeptRun } from '../../../protocol/runs/kept.ts';
import type { SavedFile } from '../../../protocol/messages.ts';
import type { NamedArrays } from '../../checkpoints/checkpoint.ts';
import type { EndedEnsemble, EndedRun } from '../kept-runs.ts';
import {
  FORMAT,
  INDEX,
  pathOf,
  valuesPath,
  type Index,
  type IndexEntry,
  type PackedNetwork,
} from './layout.ts';
import { picturesPath, type PicturesToWrite } from './pictures.ts';
import { withoutNames } from './without-names.ts';

const PART_BYTES = 2 ** 22;

type Said = Pick<KeptRun, 'name' | 'note' | 'isStarred' | 'finishedAtMs'>;

/** A run with what the list says of it. */
export interface RunToWrite extends EndedRun {
  readonly said: Said;
}

/** Several that answer together, likewise. */
export interface EnsembleToWrite extends EndedEnsemble {
  readonly said: Said;
}

/** All that a file holds. */
export interface RunFile {
  readonly runs: readonly RunToWrite[];
  /** Their members are among the runs. */
  readonly ensembles: readonly EnsembleToWrite[];
}

/**
 * Writes them, without paths of this machine and without names of pictures, save where the pictures go along.
 *
 * @throws StudioError `export/frozen-elsewhere` for one that an earlier version kept, whose values are not all here
 */
export async function writeRunFile(
  { runs, ensembles }: RunFile,
  pictures: PicturesToWrite | null = null,
): Promise<SavedFile> {
  const shared = new Map<string, Record<string, NamedArrays[string]>>();
  const entries: IndexEntry[] = [];
  const files: ExportedFile[] = [];
  const add = ({ record, said }: Omit<RunToWrite, 'network'>, backbone: string | null): void => {
    const bare = withoutNames(record);
    const { runId, recipe } = bare.result;
    const { name, note, isStarred, finishedAtMs } = said;
    entries.push({ runId, name, note, isStarred, finishedAtMs, backbone });
    files.push(
      fileOf(pathOf(runId, 'recipe.json'), jsonBytes(recipe)),
      fileOf(pathOf(runId, 'record.bin'), pack(bare)),
    );
  };
  for (const { network, ...run } of runs) {
    if (network.frozen === null) throw frozenElsewhere();
    const { runId, weights } = run.record.result;
    const isShared = weights.sha256 !== null;
    if (isShared) shared.set(weights.sha256, { ...shared.get(weights.sha256), ...network.frozen });
    add(run, weights.sha256);
    const packed: PackedNetwork = {
      labels: network.labels,
      flavour: network.flavour,
      preprocessing: network.preprocessing,
      weights: isShared ? network.weights : { ...network.frozen, ...network.weights },
      frozen: isShared ? Object.keys(network.frozen) : [],
      other: network.other,
    };
    files.push(fileOf(pathOf(runId, 'network.bin'), pack(packed)));
  }
  for (const ensemble of ensembles) add(ensemble, null);
  const index: Index = {
    ...{ format: FORMAT, mien: VERSION, runs: entries },
    ...(pictures !== null && { pictures: pictures.about }),
  };
  const values = [...shared].map(([sha256, arrays]) => fileOf(valuesPath(sha256), pack(arrays)));
  const chunks = zipped([
    fileOf(INDEX, jsonBytes(index)),
    ...files,
    ...values,
    ...(pictures === null ? [] : [streamed(picturesPath(pictures.about), pictures.blob)]),
  ]);
  return { fileName: fileNameOf({ runs, ensembles }), blob: await blobOf(chunks, 'application/zip') };
}

function fileOf(path: string, bytes: Uint8Array<ArrayBuffer>): ExportedFile {
  return {
    path,
    async *chunks() {
      yield await Promise.resolve(bytes);
    },
  };
}

/** A part at a time: pictures may be more than fits into memory. */
const streamed = (path: string, blob: Blob): ExportedFile => ({
  path,
  async *chunks() {
    for (let at = 0; at < blob.size; at += PART_BYTES)
      yield new Uint8Array(await blob.slice(at, at + PART_BYTES).arrayBuffer());
  },
});

const jsonBytes = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** By its name or its network, of one or of an ensemble; by their number, of several. */
function fileNameOf({ runs, ensembles }: RunFile): string {
  const alone = aloneIn({ runs, ensembles });
  const [first] = alone;
  const kind = first?.network === null ? 'ensemble' : first?.record.result.recipe.backbone.name;
  const called = first === undefined || first.said.name === '' ? kind : first.said.name;
  const plain = (called ?? 'runs')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-|-$/gu, '');
  return `${alone.length === 1 && plain !== '' ? plain : `${alone.length.toString()}-runs`}.mien.zip`;
}

/** Ensembles, and the runs of a file that are in none. */
export function aloneIn({ runs, ensembles }: RunFile): readonly (RunToWrite | EnsembleToWrite)[] {
  const members = new Set(
    ensembles.flatMap(({ record }) => record.ensemble?.members.map(({ runId }) => runId) ?? []),
  );
  return [...ensembles, ...runs.filter(({ record }) => !members.has(record.result.runId))];
}

function frozenElsewhere(): StudioError {
  return new StudioError({
    code: 'export/frozen-elsewhere',
    message:
      'A run was to be written with all of its values; an earlier version of Mien kept it without those that it left as they were.',
    hint: 'Take its network home in one of the other formats, or train it again.',
  });
}
