/** Writes kept runs as one file, which another machine's Mien takes in with everything in its place. */
import { zipped } from '../../../exporters/package/zip.ts';
import type { ExportedFile } from '../../../exporters/exporter.ts';
import { pack } from '../../../lib/bytes/pack.ts';
import { VERSION } from '../../../lib/version.ts';
import { StudioError } from '../../../protocol/errors.ts';
import type { KeptRun } from '../../../protocol/runs/kept.ts';
import type { SavedFile } from '../../../protocol/messages.ts';
import type { NamedArrays } from '../../checkpoints/checkpoint.ts';
import type { EndedRun } from '../kept-runs.ts';
import {
  FORMAT,
  INDEX,
  pathOf,
  valuesPath,
  type Index,
  type IndexEntry,
  type PackedNetwork,
} from './layout.ts';
import { withoutNames } from './without-names.ts';

/** A run with what the list says of it. */
export interface RunToWrite extends EndedRun {
  readonly said: Pick<KeptRun, 'name' | 'note' | 'isStarred' | 'finishedAtMs'>;
}

/**
 * Writes them, without paths of this machine and without names of pictures.
 *
 * @throws StudioError `export/frozen-elsewhere` for one that an earlier version kept, whose values are not all here
 */
export async function writeRunFile(runs: readonly RunToWrite[]): Promise<SavedFile> {
  const shared = new Map<string, Record<string, NamedArrays[string]>>();
  const entries: IndexEntry[] = [];
  const files: ExportedFile[] = [];
  for (const { record, network, said } of runs) {
    if (network.frozen === null) throw frozenElsewhere();
    const bare = withoutNames(record);
    const { runId, recipe, weights } = bare.result;
    const isShared = weights.sha256 !== null;
    if (isShared) shared.set(weights.sha256, { ...shared.get(weights.sha256), ...network.frozen });
    const { name, note, isStarred, finishedAtMs } = said;
    entries.push({ runId, name, note, isStarred, finishedAtMs, backbone: weights.sha256 });
    const packed: PackedNetwork = {
      labels: network.labels,
      flavour: network.flavour,
      preprocessing: network.preprocessing,
      weights: isShared ? network.weights : { ...network.frozen, ...network.weights },
      frozen: isShared ? Object.keys(network.frozen) : [],
      other: network.other,
    };
    files.push(
      fileOf(pathOf(runId, 'recipe.json'), jsonBytes(recipe)),
      fileOf(pathOf(runId, 'record.bin'), pack(bare)),
      fileOf(pathOf(runId, 'network.bin'), pack(packed)),
    );
  }
  const index: Index = { format: FORMAT, mien: VERSION, runs: entries };
  const values = [...shared].map(([sha256, arrays]) => fileOf(valuesPath(sha256), pack(arrays)));
  const parts: Blob[] = [];
  for await (const chunk of zipped([fileOf(INDEX, jsonBytes(index)), ...files, ...values]))
    parts.push(new Blob([chunk]));
  return { fileName: fileNameOf(runs), blob: new Blob(parts, { type: 'application/zip' }) };
}

function fileOf(path: string, bytes: Uint8Array<ArrayBuffer>): ExportedFile {
  return {
    path,
    async *chunks() {
      yield await Promise.resolve(bytes);
    },
  };
}

const jsonBytes = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** By its name or its network, of one; by their number, of several. */
function fileNameOf(runs: readonly RunToWrite[]): string {
  const [first] = runs;
  const called =
    first === undefined || first.said.name === ''
      ? first?.record.result.recipe.backbone.name
      : first.said.name;
  const plain = (called ?? 'runs')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-|-$/gu, '');
  return `${runs.length === 1 && plain !== '' ? plain : `${runs.length.toString()}-runs`}.mien.zip`;
}

function frozenElsewhere(): StudioError {
  return new StudioError({
    code: 'export/frozen-elsewhere',
    message:
      'A run was to be written with all of its values; an earlier version of Mien kept it without those that it left as they were.',
    hint: 'Take its network home in one of the other formats, or train it again.',
  });
}
