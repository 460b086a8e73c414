/** Owns changing the open set from the page: one change after another, each by the list that the one before it left. */
import type { StudioClient } from '../../client/studio-client.ts';
import { countOf } from '../../lib/format.ts';
import type { DatasetSummary } from '../../protocol/set/dataset.ts';
import { asStudioError } from '../../protocol/errors.ts';
import type { EditChange, SavedFile } from '../../protocol/messages.ts';
import type { EditsRef } from '../../protocol/recipe/recipe.ts';
import type { StudioEvent } from '../reduce/reduce.ts';
import { placeOf } from './set-rows.ts';
import { isActive, type StudioState } from '../state.ts';

/** What changing a set needs of its page. */
interface Page {
  readonly engine: Pick<StudioClient, 'request'>;
  readonly state: () => StudioState;
  readonly dispatch: (event: StudioEvent) => void;
  /** Has the recipe name a list, and the set opened by it. */
  readonly take: (list: EditsRef | null) => Promise<void>;
}

export class SetEdits {
  /** The change under way; those that come meanwhile wait, since each is made to what the one before it left. */
  #last: Promise<void> = Promise.resolve();

  constructor(readonly page: Page) {}

  /** Makes a change, once those before it are made. What came of it is said in the state. */
  change(change: EditChange): Promise<void> {
    const done = this.#last.then(() => this.#make(change));
    this.#last = done;
    return done;
  }

  /** Takes a list that is kept on this machine, or none. */
  async use(list: EditsRef | null): Promise<void> {
    await this.page.take(list);
  }

  /** Takes the list of a file in the place of the one in use. */
  async bring(file: Blob): Promise<void> {
    const { engine, dispatch, take } = this.page;
    try {
      const { list } = await engine.request('takeEdits', { file }).result;
      await take(list);
      dispatch({ kind: 'edited', said: 'The edits of the file are in use.' });
    } catch (error) {
      dispatch({ kind: 'editFailed', error: asStudioError(error).toWire() });
    }
  }

  /** The edits in use as a file. */
  save(list: EditsRef): Promise<SavedFile> {
    return this.page.engine.request('saveEdits', { list }).result;
  }

  async #make(change: EditChange): Promise<void> {
    const { engine, state, dispatch, take } = this.page;
    const { recipe, run, dataset } = state();
    if (recipe === null || dataset.value === null || isActive(run)) return;
    try {
      const input = { list: recipe.dataset.edits ?? null, change };
      const { list, unreadable } = await engine.request('editSet', input, (event) => {
        dispatch({ kind: 'opening', event, atMs: performance.now() });
      }).result;
      const left = unreadable.length === 0 ? '' : ` ${unreadableText(unreadable)}`;
      const said = `${changeText(change, dataset.value)}${left}`;
      await take(list);
      dispatch({ kind: 'edited', said });
    } catch (error) {
      dispatch({ kind: 'editFailed', error: asStudioError(error).toWire() });
    }
  }
}

function unreadableText(names: readonly string[]): string {
  const such = names.slice(0, 3).join(', ');
  return `${countOf(names.length, 'file')} cannot be read as a picture and ${names.length === 1 ? 'is' : 'are'} left out: ${such}${names.length > 3 ? ' …' : ''}.`;
}

/** What was done, in a sentence. */
export function changeText(change: EditChange, dataset: DatasetSummary): string {
  switch (change.do) {
    case 'undo':
      return 'The last edit is taken back.';
    case 'rename': {
      const isMerge = dataset.labels.includes(change.to);
      return isMerge
        ? `“${change.class}” is part of “${change.to}” now.`
        : `“${change.class}” is called “${change.to}” now.`;
    }
    case 'leaveOutClass':
      return `“${change.class}” is left out.`;
    case 'bringBackClass':
      return `“${change.class}” is back.`;
    case 'relabel':
      return `${rowsText(change.rows, dataset)} is labelled “${change.to}” now.`;
    case 'leaveOut':
      return `${rowsText(change.rows, dataset)} is left out.`;
    case 'bringBack':
      return `${rowsText(change.rows, dataset)} is back.`;
    case 'add':
      return `${countOf(change.pictures.length, 'picture')} were looked at to be added.`;
    default:
      return change satisfies never;
  }
}

function rowsText(rows: readonly number[], dataset: DatasetSummary): string {
  const [row] = rows;
  const label = row === undefined ? '' : placeOf(dataset, row).label;
  return rows.length === 1 ? `Row ${String(row)} (${label})` : countOf(rows.length, 'picture');
}
