/**
 * Owns the lists of edits that are known here: each edit is kept under the hash of its list, with the hash of the list
 * before it, so that making one more, taking one back and going on from an older one all write one small entry. Pictures
 * that edits add are kept beside, under the hash of their file. What cannot be kept is there until the page is closed.
 *
 * Keys: `edit/<hash>`, `picture/<file>`, and `latest/<set>` for the list that a set had last.
 */
import { base64 } from '../../lib/bytes/base64.ts';
import { parseJson } from '../../lib/json.ts';
import { BestEffortStore, type StoreHealth } from '../../platform/stores/best-effort-store.ts';
import type { ByteStore } from '../../platform/stores/byte-store.ts';
import { countOf } from '../../lib/format.ts';
import { hashAfter, type Edit, type EditsFile } from '../../protocol/set/edits.ts';
import { invariant, StudioError } from '../../protocol/errors.ts';
import type { EditsRef } from '../../protocol/recipe/recipe.ts';

interface KeptEdit {
  readonly before: string | null;
  readonly edit: Edit;
}

/** Null for the list without edits. */
export type ListName = EditsRef | null;

export class KeptEdits {
  readonly #edits = new Map<string, KeptEdit>();
  readonly #pictures = new Map<string, Uint8Array>();
  readonly #latest = new Map<string, ListName>();
  readonly #health: StoreHealth = { trouble: null };
  readonly #store: BestEffortStore<ByteStore> | null;

  /** @param store null keeps all until the session ends */
  constructor(store: ByteStore | null) {
    this.#store = store && new BestEffortStore(store, this.#health);
  }

  /** Why not all is kept; null where nothing went wrong. */
  get trouble(): StudioError | null {
    return this.#health.trouble;
  }

  /** The list that has one edit more. */
  async append(list: ListName, edit: Edit): Promise<EditsRef> {
    const before = list?.hash ?? null;
    const hash = hashAfter(before, edit);
    await this.#keep(`edit/${hash}`, encoded({ before, edit } satisfies KeptEdit));
    this.#edits.set(hash, { before, edit });
    return { hash, count: (list?.count ?? 0) + 1 };
  }

  /** The list without its last edit. @throws StudioError `data/edits-missing` */
  async before(list: EditsRef): Promise<ListName> {
    const { before } = await this.#read(list, list.hash);
    return before === null ? null : { hash: before, count: list.count - 1 };
  }

  /** A list's edits, in their order. @throws StudioError `data/edits-missing` */
  async edits(list: EditsRef): Promise<Edit[]> {
    const edits: Edit[] = [];
    for (let hash: string | null = list.hash; hash !== null;) {
      const kept: KeptEdit = await this.#read(list, hash);
      edits.push(kept.edit);
      hash = kept.before;
    }
    return edits.reverse();
  }

  /** A picture's file. @throws StudioError `data/edits-missing` */
  async picture(list: EditsRef, file: string): Promise<Uint8Array> {
    const bytes = this.#pictures.get(file) ?? (await this.#get(`picture/${file}`));
    if (bytes === undefined) throw missing(list, 'a picture that it adds is not');
    this.#pictures.set(file, bytes);
    return bytes;
  }

  async addPicture(file: string, bytes: Uint8Array): Promise<void> {
    await this.#keep(`picture/${file}`, bytes);
    this.#pictures.set(file, bytes);
  }

  /** The list that a set had last; null where it had none. */
  async latestOf(set: string): Promise<ListName> {
    const known = this.#latest.get(set);
    if (known !== undefined) return known;
    const bytes = await this.#get(`latest/${set}`);
    return bytes === undefined ? null : ((parseJson(new TextDecoder().decode(bytes)) ?? null) as ListName);
  }

  async setLatest(set: string, list: ListName): Promise<void> {
    await this.#keep(`latest/${set}`, encoded(list));
    this.#latest.set(set, list);
  }

  /** Takes a list from a file. */
  async take({ edits, pictures }: EditsFile): Promise<EditsRef> {
    for (const [file, text] of Object.entries(pictures))
      await this.addPicture(
        file,
        Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)),
      );
    const [first, ...others] = edits;
    invariant(first !== undefined, 'a file of edits has one at least');
    let list = await this.append(null, first);
    for (const edit of others) list = await this.append(list, edit);
    return list;
  }

  /** A list as a file, with the pictures that it adds. @throws StudioError `data/edits-missing` */
  async file(list: EditsRef): Promise<EditsFile> {
    const edits = await this.edits(list);
    const pictures: Record<string, string> = {};
    for (const edit of edits)
      for (const { file } of edit.do === 'add' ? edit.pictures : [])
        pictures[file] = base64(await this.picture(list, file));
    return { mien: 'edits', edits, pictures };
  }

  async #read(list: EditsRef, hash: string): Promise<KeptEdit> {
    const known = this.#edits.get(hash);
    if (known !== undefined) return known;
    const bytes = await this.#get(`edit/${hash}`);
    const kept = bytes && (parseJson(new TextDecoder().decode(bytes)) as KeptEdit | undefined);
    if (kept === undefined) throw missing(list, 'it is not');
    this.#edits.set(hash, kept);
    return kept;
  }

  async #get(key: string): Promise<Uint8Array | undefined> {
    const found = await this.#store?.read((bytes) => bytes.getMany([key]));
    return found?.[0];
  }

  async #keep(key: string, bytes: Uint8Array): Promise<void> {
    await this.#store?.write((store) => store.setMany([[key, bytes]]));
  }
}

function encoded(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function missing({ count, hash }: EditsRef, what: string): StudioError {
  return new StudioError({
    code: 'data/edits-missing',
    message: `The recipe names a list of ${countOf(count, 'edit')} (${hash}), which was expected on this machine; ${what} here.`,
    hint: 'A recipe or a link names edits and does not hold them. Open the file that they were saved as (headless: --edits FILE), or go on without them.',
  });
}
