/**
 * Owns what a list of edits makes of a set. The split is drawn from the set as cleaned, before any edit, so that its rows
 * are scikit-learn's; then the edits apply. Rows keep their numbers throughout: one that is left out leaves its part and
 * has no class, one that is relabelled stays in its part, those that are added follow the set's own and go to parts by
 * the same shares, drawn by the split's seed.
 */
import { keyedRandom } from '../../lib/random.ts';
import { countOf } from '../../lib/format.ts';
import type { EditsReport, SplitName } from '../../protocol/set/dataset.ts';
import { NO_CLASS } from '../../protocol/set/dataset.ts';
import type { AddedPicture, Edit } from '../../protocol/set/edits.ts';
import { StudioError } from '../../protocol/errors.ts';
import { sortLabels } from '../cleaning/labels.ts';
import type { Split, SplitPlan } from '../split/split.ts';

/** A set as it was cleaned and split. */
export interface UneditedRows {
  readonly labels: readonly string[];
  readonly labelOfRow: Uint16Array;
  readonly split: Split;
  /** Hash of each row's file. */
  readonly files: readonly string[];
}

/** The same after the edits. */
export interface EditedRows {
  readonly labels: readonly string[];
  readonly labelOfRow: Uint16Array;
  readonly split: Split;
  /** Those that were added, in row order; they follow the set's own. */
  readonly added: readonly AddedPicture[];
  readonly report: Omit<EditsReport, 'hash' | 'count'>;
}

interface Row {
  readonly file: string;
  /** As cleaned, or as added. */
  readonly label: string;
  /** By the edits so far. */
  now: string;
  isOut: boolean;
  readonly part: SplitName | null;
}

/**
 * Carries a list out, edit by edit.
 *
 * @throws StudioError `data/edits-leave-too-little` where a part, or all classes but one, would be empty
 */
export function applyEdits(set: UneditedRows, edits: readonly Edit[], plan: SplitPlan): EditedRows {
  const table = new EditedTable(set, plan);
  for (const edit of edits) table.apply(edit);
  return table.finish(edits.length);
}

class EditedTable {
  readonly #rows: Row[];
  readonly #byFile = new Map<string, Row[]>();
  readonly #added: AddedPicture[] = [];
  readonly #renamed = new Map<string, string>();
  readonly #classesOut = new Set<string>();
  readonly #unknown = new Set<string>();
  #knownAlready = 0;

  constructor(
    readonly set: UneditedRows,
    readonly plan: SplitPlan,
  ) {
    const parts: (SplitName | undefined)[] = [];
    for (const part of PARTS) for (const row of set.split[part]) parts[row] = part;
    this.#rows = set.files.map((file, row) => {
      const label = set.labels[set.labelOfRow[row]!]!;
      return { file, label, now: label, isOut: false, part: parts[row] ?? null };
    });
    for (const row of this.#rows) this.#index(row);
  }

  apply(edit: Edit): void {
    switch (edit.do) {
      case 'rename':
        this.#rename(edit.class, edit.to);
        break;
      case 'leaveOutClass':
        this.#classesOut.add(edit.class);
        break;
      case 'bringBackClass':
        this.#classesOut.delete(edit.class);
        break;
      case 'relabel':
        for (const row of this.#named(edit.files)) row.now = edit.to;
        break;
      case 'leaveOut':
        for (const row of this.#named(edit.files)) row.isOut = true;
        break;
      case 'bringBack':
        for (const row of this.#named(edit.files)) row.isOut = false;
        break;
      case 'add':
        this.#add(edit.pictures);
        break;
      default:
        edit satisfies never;
    }
  }

  finish(count: number): EditedRows {
    const isIn = ({ isOut, now }: Row): boolean => !isOut && !this.#classesOut.has(now);
    const rows = this.#rows;
    const split = this.#split((row) => isIn(rows[row]!));
    const names = new Set(rows.filter(isIn).map(({ now }) => now));
    this.#checkEnough(split, names.size, count);
    const labels = sortLabels(names);
    const indexOf = new Map(labels.map((label, index) => [label, index]));
    const labelOfRow = Uint16Array.from(rows, (row) => (isIn(row) ? indexOf.get(row.now)! : NO_CLASS));
    return {
      labels,
      labelOfRow,
      split,
      added: this.#added,
      report: {
        renamed: [...this.#renamed].flatMap(([from, to]) => (from === to ? [] : [{ from, to }])),
        classesLeftOut: [...this.#classesOut].filter((label) => rows.some(({ now }) => now === label)),
        relabelled: rows.filter((row) => this.#isRelabelled(row)).length,
        leftOut: rows.flatMap((row, index) => (isIn(row) ? [] : [{ row: index, label: row.now }])),
        added: this.#added.length,
        inTest: rows.filter(
          (row, index) =>
            row.part === 'test' && (index >= this.set.files.length || !isIn(row) || this.#isRelabelled(row)),
        ).length,
        knownAlready: this.#knownAlready,
        unknown: this.#unknown.size,
      },
    };
  }

  /** The rows of the given files; one that no row has is counted. */
  #named(files: readonly string[]): Row[] {
    return files.flatMap((file) => {
      const rows = this.#byFile.get(file);
      if (rows === undefined) this.#unknown.add(file);
      return rows ?? [];
    });
  }

  #rename(from: string, to: string): void {
    for (const row of this.#rows) if (row.now === from) row.now = to;
    for (const [first, now] of this.#renamed) if (now === from) this.#renamed.set(first, to);
    if (this.set.labels.includes(from)) this.#renamed.set(from, to);
    if (this.#classesOut.delete(from)) this.#classesOut.add(to);
  }

  /** What a class of the set is called by now. */
  #nameOf(label: string): string {
    return this.#renamed.get(label) ?? label;
  }

  #isRelabelled({ now, label }: Row): boolean {
    return now !== this.#nameOf(label);
  }

  #add(pictures: readonly AddedPicture[]): void {
    const fresh = pictures.filter(({ file }, index) => {
      const isFirst = pictures.findIndex((other) => other.file === file) === index;
      return isFirst && !this.#byFile.has(file);
    });
    this.#knownAlready += pictures.length - fresh.length;
    const partOf = drawParts(fresh, this.plan);
    for (const picture of fresh) {
      const { file, to } = picture;
      const row: Row = { file, label: to, now: to, isOut: false, part: partOf.get(file)! };
      this.#rows.push(row);
      this.#added.push(picture);
      this.#index(row);
    }
  }

  #checkEnough(split: Split, classes: number, count: number): void {
    const empty = PARTS.find((part) => split[part].length === 0 && this.set.split[part].length > 0);
    if (empty === undefined && classes > 1) return;
    const left = empty === undefined ? countOf(classes, 'class', 'classes') : `no picture for ${empty}`;
    throw new StudioError({
      code: 'data/edits-leave-too-little',
      message: `A set needs two classes, and pictures in every part that it had; ${countOf(count, 'edit')} would leave ${left}.`,
      hint: 'Leave less out, or undo what you did before.',
    });
  }

  #index(row: Row): void {
    const rows = this.#byFile.get(row.file);
    if (rows === undefined) this.#byFile.set(row.file, [row]);
    else rows.push(row);
  }

  #split(isIn: (row: number) => boolean): Split {
    const firstAdded = this.set.files.length;
    const rowsOf = (part: SplitName): Uint32Array => {
      const added = this.#added.flatMap((_, index) =>
        this.#rows[firstAdded + index]!.part === part ? [firstAdded + index] : [],
      );
      return Uint32Array.from([...this.set.split[part], ...added].filter(isIn));
    };
    return { train: rowsOf('train'), validation: rowsOf('validation'), test: rowsOf('test') };
  }
}

const PARTS: readonly SplitName[] = ['train', 'validation', 'test'];

/**
 * Deals pictures that are added together to the parts, class by class: brought into an order by lot, then cut by the
 * shares from a start by lot. So many pictures come out by the shares to within one, and a single one has each share's
 * chance. What was drawn before is not drawn again when more are added.
 */
function drawParts(pictures: readonly AddedPicture[], plan: SplitPlan): Map<string, SplitName> {
  const partOf = new Map<string, SplitName>();
  for (const label of new Set(pictures.map(({ to }) => to))) {
    const lots = pictures
      .filter(({ to }) => to === label)
      .map(({ file }) => ({ file, lot: keyedRandom(plan.seed, `part of ${file}`).uniform(0, 1) }))
      .sort((one, other) => one.lot - other.lot);
    const start = keyedRandom(plan.seed, `parts from ${lots[0]!.file}`).uniform(0, 1);
    for (const [place, { file }] of lots.entries()) {
      const at = (place + start) / lots.length;
      partOf.set(file, at < plan.train ? 'train' : at < plan.train + plan.validation ? 'validation' : 'test');
    }
  }
  return partOf;
}
