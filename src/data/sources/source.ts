/** The contract of a source: what it declares, and how its rows are read. */
import type { SourceEntry } from '../../protocol/catalog.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { Options } from '../../protocol/recipe/options.ts';
import type { CleaningReport, Counted, Provenance, SourceDescription } from '../../protocol/set/dataset.ts';
import type { LabelRule } from '../cleaning/labels.ts';
import { blobSource } from '../../platform/remote/byte-source.ts';
import type { Uses } from '../../platform/stores/owned.ts';
import type { ByteSource, FolderFile, Platform } from '../../platform/platform.ts';

/** What becomes of rows with several labels. */
export type SeveralLabels = 'first' | 'leaveOut';

/** One row as it is stored, before cleaning. */
export interface SourceRow {
  /** The encoded picture, or null where the row has none. */
  readonly picture: Uint8Array | null;
  /** What there is in place of a picture, where anything is. */
  readonly inPlace?: Pick<Counted, 'noun' | 'plural' | 'hint'> & { readonly example: string };
  /** The label's cell as read: text, number, list; `readLabelOf` in `labels.ts` makes a class name of it. */
  readonly label: unknown;
  /** What the label answers, where the set has questions. */
  readonly question?: unknown;
  /** Path or name of the picture's file; absent where the source has none. */
  readonly path?: string;
  /** What belongs together and must not be split, for example one person; null or absent for none. */
  readonly group?: unknown;
  /** The split that the set itself puts the row in, for example `test`; null or absent for none. */
  readonly split?: unknown;
}

/** What a source says of its list of files, before rows are read. */
export interface Listed {
  /** Files and parts that never become rows. */
  readonly passedOver: CleaningReport['passedOver'];
  readonly remarks: CleaningReport['remarks'];
}

/** A set that was found and whose description was read, but not its rows. */
export interface OpenedSource extends LabelRule {
  /** Where it comes from, in a few words. */
  readonly origin: string;
  /** Another text where the set has to be read again, as far as the list of its files tells. */
  readonly identity: string;
  /** What the pictures are called, for example `faces`. */
  readonly noun: string;
  /** As stored. */
  readonly sizeBytes: number;
  /** Null while unknown. */
  readonly rowCount: number | null;
  /** Absent where every file and part is read, as it is. */
  readonly listed?: Listed;
  /** What becomes of rows with several labels; absent for the first of them. */
  readonly severalLabels?: SeveralLabels;
  /** Where a set on a server comes from; absent for what is on this machine. */
  readonly provenance?: Provenance;
  /** What rows have beside picture and label, so that it is written when the set is; absent for nothing. */
  readonly columns?: {
    readonly questions?: boolean;
    readonly group?: boolean;
    readonly split?: boolean;
  };
  /**
   * Reads all rows in their order, a bounded number at a time: no more than one batch needs to be in memory.
   *
   * @throws StudioError `data/…`, `net/…`; the signal's reason when it is aborted
   */
  readRows(signal?: AbortSignal): AsyncIterable<readonly SourceRow[]>;
}

/** What a source is opened with. */
export interface SourceContext {
  readonly platform: Platform;
  /** The file that was picked on the page, if one was. */
  readonly file?: Blob;
  /** The files of the folder that was picked on the page, if one was. */
  readonly folder?: readonly FolderFile[];
  readonly signal?: AbortSignal;
  /** The token that the user gave for the server at an address, if one was. It is never to be kept or shown. */
  readonly tokenFor?: (server: string) => string | undefined;
  /** Takes what must stay on this machine while the set is open. */
  readonly uses?: Uses;
  /** Says in a few words what goes on beside reading, such as waiting; empty when it is over. */
  readonly onNote?: (note: string) => void;
  /** Says what must be known though work goes on. */
  readonly onNotice?: (notice: StudioError) => void;
}

/** Files of which nobody has said what they are. */
export interface GivenFiles {
  readonly isFolder: boolean;
  readonly isZip: boolean;
  /** The paths of all, and of what is in a zip. */
  readonly names: readonly string[];
  /** The first bytes of one that came alone; empty for several. */
  readonly head: Uint8Array;
}

/** A registry entry with the code behind it. */
export interface Source {
  readonly entry: SourceEntry;
  /** Whether it would open what was given, told by what it holds; absent for what is never given as files. */
  recognises?(given: GivenFiles): boolean;
  /**
   * @param options checked against `entry.options` and complete
   * @throws StudioError `data/…`, `net/…`
   */
  open(options: Options, context: SourceContext): Promise<OpenedSource>;
  /**
   * Says what there is, without opening it: for sources whose entry names a `server`.
   *
   * @param options checked against `entry.options` and complete
   * @throws StudioError `data/…`, `net/…`
   */
  describe?(options: Options, context: SourceContext): Promise<SourceDescription>;
}

/**
 * The file that a recipe's `path` or the page's file field gives.
 *
 * @throws StudioError `data/file-missing` when there is neither, or nothing at the path
 */
export async function openGivenFile(path: string, context: SourceContext): Promise<ByteSource> {
  if (context.file !== undefined) return blobSource(context.file);
  if (path !== '') return context.platform.openPath(path);
  throw new StudioError({
    code: 'data/file-missing',
    message: 'A file was expected; none was picked, and the recipe names none.',
    hint: 'Pick a file in the Data column, or set dataset.path in the recipe.',
  });
}
