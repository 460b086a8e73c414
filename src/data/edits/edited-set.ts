/** Owns an open set with the user's edits: its rows, parts and pictures after them. The set below is not read again. */
import { hashText } from '../../lib/bytes/hash.ts';
import { countOf } from '../../lib/format.ts';
import { sameText } from '../../lib/json.ts';
import type { CleaningReport, DatasetSummary, Findings, PictureFacts } from '../../protocol/set/dataset.ts';
import type { Edit } from '../../protocol/set/edits.ts';
import { picturesKey, setHash } from '../../protocol/identity.ts';
import type { EditsRef, Recipe } from '../../protocol/recipe/recipe.ts';
import type { Dataset, PictureStore } from '../dataset.ts';
import { countAcross } from '../findings.ts';
import { pictureSubset } from '../pictures/picture-store.ts';
import { applyEdits, type EditedRows } from './apply-edits.ts';
import type { AddedPictures } from './added-pictures.ts';

/**
 * The set after the edits.
 *
 * @param added makes the pictures that edits add ready; kept from one edit to the next
 * @throws StudioError `data/edits-leave-too-little`, `data/edits-missing`, `data/picture-…`
 */
export async function editedSet(
  base: Dataset,
  list: EditsRef,
  edits: readonly Edit[],
  { split }: Recipe,
  added: AddedPictures,
): Promise<Dataset> {
  const { summary, files } = base;
  const rows = applyEdits({ ...summary, files }, edits, split);
  const addedFiles = rows.added.map(({ file }) => file);
  const pictures = await added.store(list, addedFiles);
  const faceless = addedFiles.flatMap((file, index) =>
    added.about(file).hasFace === false ? [files.length + index] : [],
  );
  const rowsNow = files.length + addedFiles.length;
  const shown = inserted(base.shown, files.length, pictures);
  const contentHash = hashText(
    sameText([summary.contentHash, rows.labels, Array.from(rows.labelOfRow), addedFiles]),
  );
  return {
    ...base,
    get arriving() {
      return base.arriving;
    },
    files: [...files, ...addedFiles],
    summary: {
      ...summary,
      ...{ labels: rows.labels, labelOfRow: rows.labelOfRow, split: rows.split, contentHash },
      setHash: setHash(contentHash, rows.split),
      picturesKey: picturesKey(summary.contentHash, base.preparing, addedFiles),
      edits: { ...list, ...rows.report },
      ...findingsAfter(summary, rows, faceless),
      cleaning: withFaceless(summary.cleaning, faceless.length),
    },
    pictures: addedFiles.length === 0 ? base.pictures : pictureSubset(shown, [...Array(rowsNow).keys()]),
    shown,
    facts: [
      ...base.facts.slice(0, files.length),
      ...rows.added.map(({ path, file }): PictureFacts => ({ ...added.about(file).facts, path })),
      ...base.facts.slice(files.length),
    ],
  };
}

/** Rows aside follow those that were added; whether copies are in several parts is told of the parts as they are now. */
function findingsAfter(
  { findings, labelOfRow }: DatasetSummary,
  { split, added }: EditedRows,
  faceless: readonly number[],
): { readonly findings?: Findings } {
  if (findings === undefined) return {};
  const moved = (sets: readonly (readonly number[])[]): number[][] =>
    sets.map((set) => set.map((row) => (row < labelOfRow.length ? row : row + added.length)));
  const duplicates = moved(findings.duplicates);
  const nearDuplicates = moved(findings.nearDuplicates);
  const setsAcrossSplits = countAcross([...duplicates, ...nearDuplicates], split);
  const [before] = findings.withoutFace === null ? [] : moved([findings.withoutFace]);
  const withoutFace = before === undefined ? null : [...before, ...faceless];
  return { findings: { ...findings, duplicates, nearDuplicates, withoutFace, setsAcrossSplits } };
}

/** What somebody added is not left out again. */
function withFaceless(cleaning: CleaningReport, count: number): CleaningReport {
  if (count === 0) return cleaning;
  const message = `In ${countOf(count, 'picture')} that you added no face was found: ${count === 1 ? 'it is' : 'they are'} taken whole.`;
  return { ...cleaning, remarks: [...cleaning.remarks, { message, hint: '' }] };
}

/** Pictures with others between them, from a row on. */
function inserted(store: PictureStore, at: number, others: PictureStore): PictureStore {
  if (others.count === 0) return store;
  const { size } = store;
  const bytes = size * size * 3;
  const isOther = (row: number): boolean => row >= at && row < at + others.count;
  return {
    count: store.count + others.count,
    size,
    read: async (wanted, signal) => {
      const rows = Array.from(wanted);
      const fromStore = rows
        .filter((row) => !isOther(row))
        .map((row) => (row < at ? row : row - others.count));
      const fromOthers = rows.filter(isOther).map((row) => row - at);
      const [ours, theirs] = await Promise.all([
        store.read(fromStore, signal),
        others.read(fromOthers, signal),
      ]);
      const all = new Uint8Array(rows.length * bytes);
      const next = { ours: 0, theirs: 0 };
      for (const [place, row] of rows.entries()) {
        const [source, from] = isOther(row) ? [theirs, next.theirs++] : [ours, next.ours++];
        all.set(source.subarray(from * bytes, (from + 1) * bytes), place * bytes);
      }
      return all;
    },
  };
}
