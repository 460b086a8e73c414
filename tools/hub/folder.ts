/**
 * Owns what a folder holds as a Hub shows it: repositories, and of a set its configurations, splits and Parquet files.
 * `OWNER/NAME/…` is a set as its repository on the Hub has it; a Parquet file beside the owners is a set of its own,
 * `classroom/FILE`; `models/OWNER/NAME/…` is a model.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { compareTables, placeOfPath } from '../../src/data/sources/hub/tables.ts';

/** One file of a repository. */
export interface HubFile {
  /** Within the repository, with slashes. */
  readonly path: string;
  /** Where it lies on this machine. */
  readonly disk: string;
  readonly sizeBytes: number;
  /** With its quotes; another one when the file was written anew. */
  readonly etag: string;
}

/** A Parquet file of a set, and where the set has it. */
export interface TableFile extends HubFile {
  readonly config: string;
  readonly split: string;
}

/** A set or a model. */
export interface HubRepo {
  readonly kind: 'dataset' | 'model';
  /** For example `classroom/faces`. */
  readonly name: string;
  /** What a commit's number is on the Hub: another one when any file changed. */
  readonly sha: string;
  /** Whether only the token that writes may see it. */
  readonly isPrivate: boolean;
  /** As the card says it, or null. */
  readonly licence: string | null;
  readonly files: readonly HubFile[];
  /** Of `files` those that are tables, by configuration, split and name. */
  readonly tables: readonly TableFile[];
}

/** In the folder of a model that not everybody may see. */
export const PRIVATE_NOTE = '.private';

/** Who owns sets that lie loose in the folder. */
const LOOSE_OWNER = 'classroom';

/** All repositories of a folder; it is read anew each time, so that files may come and go while it is served. */
export function reposOf(folder: string): HubRepo[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const loose = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.parquet'))
    .map(({ name }) => {
      const owned = `${LOOSE_OWNER}/${basename(name, '.parquet')}`;
      return repoOf('dataset', owned, [fileOf(folder, join(folder, name))]);
    });
  const sets = entries.filter((entry) => entry.isDirectory() && !/^(models$|\.)/u.test(entry.name));
  return [
    ...loose,
    ...sets.flatMap(({ name }) => reposOfOwner('dataset', folder, name)),
    ...(existsSync(join(folder, 'models'))
      ? foldersIn(join(folder, 'models')).flatMap((owner) =>
          reposOfOwner('model', join(folder, 'models'), owner),
        )
      : []),
  ];
}

function reposOfOwner(kind: HubRepo['kind'], folder: string, owner: string): HubRepo[] {
  return foldersIn(join(folder, owner)).map((name) => {
    const root = join(folder, owner, name);
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== PRIVATE_NOTE)
      .map((entry) => fileOf(root, join(entry.parentPath, entry.name)))
      .sort((one, other) => (one.path < other.path ? -1 : 1));
    return { ...repoOf(kind, `${owner}/${name}`, files), isPrivate: existsSync(join(root, PRIVATE_NOTE)) };
  });
}

const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

function fileOf(root: string, disk: string): HubFile {
  const { size, mtimeMs, ino } = statSync(disk);
  const path = relative(root, disk).split(sep).join('/');
  return { path, disk, sizeBytes: size, etag: `"${digest(`${path} ${size} ${mtimeMs} ${ino}`)}"` };
}

function repoOf(kind: HubRepo['kind'], name: string, files: readonly HubFile[]): HubRepo {
  const tables = files
    .filter(({ path }) => path.endsWith('.parquet'))
    .map((file) => ({ ...file, ...placeOfPath(file.path) }))
    .sort(compareTables);
  return {
    kind,
    name,
    sha: digest(files.map(({ etag }) => etag).join(' ')),
    isPrivate: false,
    licence: licenceOf(files.find(({ path }) => path === 'README.md')),
    files,
    tables,
  };
}

/** `license:` of the card's head. */
function licenceOf(card: HubFile | undefined): string | null {
  if (card === undefined) return null;
  const head = /^---\n([\s\S]*?)\n---/u.exec(readFileSync(card.disk, 'utf8'))?.[1] ?? '';
  return /^license:\s*(\S+)/mu.exec(head)?.[1] ?? null;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 40);
