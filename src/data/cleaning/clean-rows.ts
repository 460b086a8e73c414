/**
 * Owns cleaning, as the paper's notebook does it: rows without a picture, without a label, with one that is none of its
 * column, or with a picture that does not decode are dropped and counted; the others keep their order and are numbered
 * from 0.
 */
import type { CleaningReport, LeftOutRow, PictureFacts } from '../../protocol/set/dataset.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { Preparing } from '../../protocol/recipe/preparing.ts';
import { foreignFormat } from '../../platform/pictures/formats/foreign-formats.ts';
import { checkPictureHeader } from '../../platform/pictures/picture-header.ts';
import { prepareCropped, type Cropping } from '../faces/cropping.ts';
import type { CuratedRow } from './curate.ts';
import type { Fingerprint } from './fingerprint.ts';
import {
  cellText,
  mainForm,
  oddLabelText,
  readLabelOf,
  wordOf,
  type LabelForm,
  type ReadLabel,
} from './labels.ts';
import type { PictureSink } from '../pictures/picture-store.ts';
import { eachOf, mapInOrder } from '../../lib/in-order.ts';
import type { PicturePool } from '../pool/picture-pool.ts';
import { RowRemarks } from './row-remarks.ts';
import { SourceHash } from './source-hash.ts';
import { Tally } from './tally.ts';
import type { OpenedSource, SourceRow } from '../sources/source.ts';

/** What cleaning is told. */
export interface CleaningOptions extends Cropping {
  readonly pool: PicturePool;
  readonly signal?: AbortSignal;
  /** Called with the rows read so far. */
  onRows(rows: number): void;
}

/** A kept row; it is stored as JSON, see `pictures/prepared-sets.ts`. */
export interface CleanedRow extends CuratedRow {
  /** The set's own word for its split, or null. */
  readonly split: string | null;
  readonly seen: SeenPicture;
}

/** A picture that is in the sink. */
export interface SeenPicture {
  /** Its number in the sink. */
  readonly stored: number;
  readonly facts: SourceFacts;
}

/** What is known of a picture that its source has. */
type SourceFacts = PictureFacts & { readonly sourceRow: number };

/** What cleaning found. */
export interface CleanedRows {
  readonly rows: readonly CleanedRow[];
  /** Pictures of rows that are left out for their labels, for showing only: at most 200 of a kind. */
  readonly unlabelled: readonly UnlabelledPicture[];
  /** The form of the column's labels; null where there are none. */
  readonly labelForm: LabelForm | null;
  readonly report: CleaningReport;
  readonly leftOut: readonly LeftOutRow[];
  /** Of all rows that were read. */
  readonly sourceHash: string;
}

/** A picture that can be looked at though its row has no label of its column. */
export interface UnlabelledPicture {
  readonly why: 'withoutLabel' | 'oddLabel';
  readonly seen: SeenPicture;
}

interface Prepared {
  readonly picture: Uint8Array;
  readonly print: Fingerprint;
  /** Null where none was looked for. */
  readonly hasFace: boolean | null;
  readonly facts: SourceFacts;
}

/** What became of a row's picture; null where it was not worth preparing. */
type Outcome =
  | { readonly kind: 'prepared'; readonly prepared: Prepared }
  | { readonly kind: 'withoutPicture' | 'undecodable'; readonly detail: string }
  | null;

/** A row with its number in the source. */
interface NumberedRow extends SourceRow {
  readonly sourceRow: number;
}

interface Worked {
  readonly row: NumberedRow;
  readonly label: ReadLabel | 'none' | 'odd';
  readonly outcome: Outcome;
}

/** As many rows of each kind that were left out are told one by one. */
const MOST_TOLD = 500;
/** As many pictures of each kind without a label are shown. */
const MOST_UNLABELLED = 200;

/**
 * Reads all rows of a source, and fills `sink` with the resized pictures of those that are kept, and of some that
 * have no label.
 *
 * @throws StudioError `data/…`, `net/…` from the source; the signal's reason when it is aborted
 */
export async function cleanRows(
  source: OpenedSource,
  sink: PictureSink,
  options: CleaningOptions,
): Promise<CleanedRows> {
  const found = new Found(sink, source, options.preparing);
  const { pool, signal } = options;
  const without = { none: 0, odd: 0 };
  const work = async (row: NumberedRow): Promise<Worked> => {
    const read = readLabelOf(source, row.label);
    const isRefused =
      typeof read === 'object' && read.isFirstOfSeveral && source.severalLabels === 'leaveOut';
    const label = isRefused ? 'odd' : read;
    const isLabelled = typeof label !== 'string' || row.picture === null;
    const isWanted = isLabelled || (without[label] += 1) <= MOST_UNLABELLED;
    return { row, label, outcome: isWanted ? await prepareRow(row, options) : null };
  };
  for await (const worked of mapInOrder(eachOf(numbered(source, signal)), pool.width, work)) {
    signal?.throwIfAborted();
    await found.add(worked);
    options.onRows(found.rowsRead);
  }
  return found.finish();
}

async function* numbered(source: OpenedSource, signal?: AbortSignal): AsyncGenerator<NumberedRow[]> {
  let first = 0;
  for await (const batch of source.readRows(signal)) {
    const from = first;
    yield batch.map((row, index) => ({ ...row, sourceRow: from + index }));
    first += batch.length;
  }
}

/** A row with a label of whatever form. */
interface LabelledRow extends CleanedRow {
  readonly form: LabelForm;
}

/** A row whose cell is no label of its column, whichever that turns out to be. */
interface OddRow {
  readonly sourceRow: number;
  readonly path: string;
  readonly text: string;
  readonly form: LabelForm | null;
  readonly seen: SeenPicture | null;
}

/** What was found so far. */
class Found {
  rowsRead = 0;
  readonly #hash: SourceHash;
  readonly #labelled: LabelledRow[] = [];
  readonly #odd: OddRow[] = [];
  readonly #unlabelled: UnlabelledPicture[] = [];
  readonly #leftOut: LeftOutRow[] = [];
  readonly #counts = { withoutPicture: 0, withoutLabel: 0, undecodable: 0 };
  readonly #inPlace = new Tally();
  readonly #remarks: RowRemarks;
  #stored = 0;

  constructor(
    readonly sink: PictureSink,
    source: OpenedSource,
    { orientation }: Preparing,
  ) {
    this.#hash = new SourceHash(source.labelNames);
    this.#remarks = new RowRemarks(source, orientation);
  }

  async add({ row, label, outcome }: Worked): Promise<void> {
    this.rowsRead += 1;
    const prepared = outcome?.kind === 'prepared' ? outcome.prepared : null;
    this.#hash.add(row, prepared?.print.file);
    this.#remarks.add(row, label, prepared?.picture ?? null);
    this.#tellInPlace(row, label, outcome);
    if (outcome?.kind === 'withoutPicture') {
      this.#leave(row, outcome.kind, outcome.detail);
    } else if (label === 'none') {
      this.#leave(row, 'withoutLabel', '');
      if (prepared !== null)
        this.#unlabelled.push({ why: 'withoutLabel', seen: await this.#store(prepared) });
    } else if (label === 'odd') {
      const seen = prepared === null ? null : await this.#store(prepared);
      this.#odd.push({ ...told(row), text: cellText(row.label), form: null, seen });
    } else if (outcome?.kind === 'undecodable') {
      this.#leave(row, outcome.kind, outcome.detail);
    } else if (prepared !== null) {
      const { print, hasFace } = prepared;
      const [group, split] = [wordOf(row.group), wordOf(row.split)];
      const { label: name, form } = label;
      const seen = await this.#store(prepared);
      this.#labelled.push({ label: name, form, print, group, split, hasFace, seen });
    }
  }

  /** What there is in place of a picture. */
  #tellInPlace({ picture, inPlace, path = '' }: NumberedRow, label: Worked['label'], outcome: Outcome): void {
    if (outcome === null || outcome.kind === 'prepared') return;
    const name = typeof label === 'string' ? null : label.label;
    if (inPlace !== undefined) this.#inPlace.add({ ...inPlace, label: name });
    if (picture === null) return;
    const foreign = foreignFormat(picture);
    const noun = foreign?.name.replace(/^an? /u, '') ?? 'damaged picture';
    this.#inPlace.add({ noun, hint: foreign?.hint ?? '', label: name, example: path });
  }

  #leave(row: NumberedRow, why: Exclude<LeftOutRow['why'], 'oddLabel'>, detail: string): void {
    this.#counts[why] += 1;
    if (this.#counts[why] <= MOST_TOLD) this.#leftOut.push({ ...told(row), why, detail });
  }

  async #store({ picture, facts }: Prepared): Promise<SeenPicture> {
    await this.sink.append(picture);
    this.#stored += 1;
    return { stored: this.#stored - 1, facts };
  }

  /** Now that all labels are known, those that are not as most of them are left out too. */
  finish(): CleanedRows {
    const labelForm = mainForm(this.#labelled);
    const rows = this.#labelled.filter(({ form }) => form === labelForm);
    const others = this.#labelled.filter(({ form }) => form !== labelForm).map(oddRowOf);
    const odd = [...this.#odd, ...others].sort((one, other) => one.sourceRow - other.sourceRow);
    const seen = odd.flatMap((row) =>
      row.seen === null ? [] : [{ why: 'oddLabel' as const, seen: row.seen }],
    );
    const toldOdd = odd.slice(0, MOST_TOLD).map(({ sourceRow, path, text, form }): LeftOutRow => ({
      ...{ sourceRow, path },
      why: 'oddLabel',
      detail: oddLabelText(text, form, labelForm),
    }));
    return {
      rows: rows.map(({ form: _, ...row }) => row),
      unlabelled: [...this.#unlabelled, ...seen.slice(0, MOST_UNLABELLED)],
      labelForm,
      report: {
        passedOver: [],
        ...{ rowsRead: this.rowsRead, ...this.#counts, oddLabel: odd.length, kept: rows.length },
        inPlace: this.#inPlace.list(),
        remarks: this.#remarks.list(rows),
      },
      leftOut: [...this.#leftOut, ...toldOdd].sort((one, other) => one.sourceRow - other.sourceRow),
      sourceHash: this.#hash.toString(),
    };
  }
}

const told = ({ sourceRow, path = '' }: NumberedRow): { sourceRow: number; path: string } => ({
  sourceRow,
  path,
});

function oddRowOf({ form, seen }: LabelledRow): OddRow {
  const { sourceRow, path, rawLabel } = seen.facts;
  return { sourceRow, path, text: rawLabel, form, seen };
}

async function prepareRow(row: NumberedRow, { pool, ...cropping }: CleaningOptions): Promise<Outcome> {
  const { picture: encoded } = row;
  if (encoded === null) return { kind: 'withoutPicture', detail: row.inPlace?.example ?? '' };
  try {
    const prepared = await prepareCropped(encoded, cropping, (job) => pool.prepare(job));
    const { picture, print, hasFace } = prepared;
    return { kind: 'prepared', prepared: { picture, print, hasFace, facts: factsOf(row, encoded) } };
  } catch (thrown) {
    if (!isBadPicture(thrown)) throw thrown;
    return { kind: 'undecodable', detail: thrown.message };
  }
}

function factsOf({ sourceRow, path = '', label }: NumberedRow, encoded: Uint8Array): SourceFacts {
  const { format, width, height } = checkPictureHeader(encoded);
  return { sourceRow, path, rawLabel: cellText(label), format, width, height, sizeBytes: encoded.length };
}

function isBadPicture(thrown: unknown): thrown is StudioError {
  return (
    thrown instanceof StudioError &&
    (thrown.code === 'data/picture-undecodable' || thrown.code === 'data/picture-too-large')
  );
}
