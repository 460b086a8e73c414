/** What a change makes of a list of edits: rows of the open set become the hashes of their files. */
import type { AddedPictures } from '../../data/edits/added-pictures.ts';
import type { KeptEdits, ListName } from '../../data/edits/kept-edits.ts';
import type { Dataset } from '../../data/dataset.ts';
import { invariant, StudioError } from '../../protocol/errors.ts';
import type { EditChange, EditedList } from '../../protocol/messages.ts';

/** What a list is made with. */
interface Making {
  readonly kept: KeptEdits;
  readonly added: AddedPictures;
  /** As edited by the list so far. */
  readonly dataset: Dataset;
}

/** @throws StudioError `data/edits-missing`, `data/nothing-to-add` */
export async function changedList(
  { kept, added, dataset }: Making,
  list: ListName,
  change: EditChange,
): Promise<EditedList> {
  const filesOf = (rows: readonly number[]): string[] => [
    ...new Set(
      rows.map((row) => {
        const file = dataset.files[row];
        invariant(file !== undefined, `the set has a row ${row.toString()} to edit`);
        return file;
      }),
    ),
  ];
  const named = (next: ListName): EditedList => ({ list: next, unreadable: [] });
  switch (change.do) {
    case 'undo':
      return named(list === null ? null : await kept.before(list));
    case 'relabel':
      return named(await kept.append(list, { do: 'relabel', files: filesOf(change.rows), to: change.to }));
    case 'leaveOut':
    case 'bringBack':
      return named(await kept.append(list, { do: change.do, files: filesOf(change.rows) }));
    case 'rename':
    case 'leaveOutClass':
    case 'bringBackClass':
      return named(await kept.append(list, change));
    case 'add': {
      const { pictures, unreadable } = await added.take(
        change.pictures.map(({ file, to }) => ({
          name: file.name,
          to,
          read: async () => new Uint8Array(await file.arrayBuffer()),
        })),
      );
      if (pictures.length === 0) throw nothingToAdd(unreadable);
      return { list: await kept.append(list, { do: 'add', pictures: [...pictures] }), unreadable };
    }
    default:
      return change satisfies never;
  }
}

function nothingToAdd(unreadable: readonly string[]): StudioError {
  return new StudioError({
    code: 'data/nothing-to-add',
    message: `Pictures to add were expected; of ${unreadable.length.toString()} files none can be read as one${unreadable.length === 0 ? '' : `, such as ${unreadable[0]!}`}.`,
    hint: 'Add JPEG, PNG, GIF, WebP or AVIF files.',
  });
}
